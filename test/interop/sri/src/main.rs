//! The Stratum V2 reference implementation as a peer of libsv2, driven by libsv2's test/interop.
//!
//!     sri-peer oracle                                answers requests on standard input
//!     sri-peer server CONFIGURATION                  one connection over TCP as the server
//!     sri-peer client CONFIGURATION                  one connection over TCP as the client
//!     sri-peer noise-responder SECRET_KEY [ADDRESS]  sends frames back, over TCP or standard input and output
//!     sri-peer noise-initiator AUTHORITY [ADDRESS]   likewise, and starts the handshake
//!     sri-peer vectors noise|frames                  writes test vectors

mod fields;
mod keys;
mod link;
mod messages;
mod oracle;
mod session;
mod user_identity;
mod vectors;

use fields::Result;
use serde_json::Value;

fn run(arguments: &[&str]) -> Result<()> {
    let configuration = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
    match arguments {
        ["oracle"] => oracle::run().map_err(|error| error.to_string()),
        ["server", text] => session::run_server(configuration(text)?),
        ["client", text] => session::run_client(configuration(text)?),
        ["noise-responder", secret, address @ ..] => session::noise_responder(secret, address.first().copied()),
        ["noise-initiator", authority, address @ ..] => session::noise_initiator(authority, address.first().copied()),
        ["vectors", "noise"] => vectors::noise().map(|file| println!("{}", vectors::write(&file))),
        ["vectors", "frames"] => vectors::frames().map(|file| println!("{}", vectors::write(&file))),
        _ => Err("usage: sri-peer oracle | server JSON | client JSON | noise-responder | noise-initiator | vectors".into()),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let Err(error) = run(&arguments) {
        eprintln!("sri-peer: {error}");
        std::process::exit(1);
    }
}
