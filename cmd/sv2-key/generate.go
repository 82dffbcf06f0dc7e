package main

import "github.com/libsv2/libsv2/noise"

func generate(arguments []string, env environment) error {
	o := newOptions("generate", env)
	o.allowForce()
	file, err := o.one(arguments)
	if err != nil {
		return err
	}
	key, err := noise.GenerateSecretKey(env.random)
	if err != nil {
		return err
	}
	defer key.Release()
	line, err := key.AppendText(make([]byte, 0, 64))
	if err != nil {
		return err
	}
	line = append(line, '\n')
	defer clear(line)
	if err := replaceKey(file, line, o.force); err != nil {
		return err
	}
	return keyReport(file, key.Public()).print(env.out, o.json)
}
