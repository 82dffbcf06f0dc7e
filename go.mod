module github.com/libsv2/libsv2

go 1.26
