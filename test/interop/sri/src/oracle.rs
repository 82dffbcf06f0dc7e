//! Answers requests on standard input until it ends. A request is its length (U32, little-endian), one byte that says what
//! to do, and what that needs; an answer is its length, one byte (0: done, 1: refused, 2: the crates panicked), and the
//! result or the reason. What each request does stands in libsv2's test/interop/protocol.go.

use crate::fields::{Fields, Result};
use crate::link::{self, Link, Started};
use crate::{keys, messages, session, user_identity};
use rand::{rngs::StdRng, SeedableRng};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// The handshakes and links that requests refer to by number.
#[derive(Default)]
struct Oracle {
    last: u32,
    started: HashMap<u32, Started>,
    links: HashMap<u32, Link>,
}

/// Reads the parts of a request one after the other.
struct Request<'a>(&'a [u8]);

impl<'a> Request<'a> {
    fn take(&mut self, size: usize) -> Result<&'a [u8]> {
        if size > self.0.len() {
            return Err("the request is too short".into());
        }
        let (part, rest) = self.0.split_at(size);
        self.0 = rest;
        Ok(part)
    }

    fn array<const SIZE: usize>(&mut self) -> Result<[u8; SIZE]> {
        Ok(self.take(SIZE)?.try_into().expect("has that size"))
    }

    fn number(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn message(self) -> Result<stratum_core::parsers_sv2::AnyMessageOwned> {
        let value: Value = serde_json::from_slice(self.0).map_err(|error| error.to_string())?;
        let fields: &Fields = value["fields"].as_object().ok_or("no fields")?;
        let number = |name: &str| value[name].as_u64().ok_or_else(|| format!("no {name}"));
        messages::message(number("extension_type")? as u16, number("msg_type")? as u8, fields)
    }
}

impl Oracle {
    fn keep(&mut self, link: Link) -> [u8; 4] {
        self.last += 1;
        self.links.insert(self.last, link);
        self.last.to_le_bytes()
    }

    fn link(&mut self, number: u32) -> Result<&mut Link> {
        self.links.get_mut(&number).ok_or("no such link".into())
    }

    fn answer(&mut self, what: u8, mut request: Request) -> Result<Vec<u8>> {
        Ok(match what {
            b'D' => messages::decode(request.0)?.value().to_string().into_bytes(),
            b'E' => messages::encode(request.message()?)?,
            b'T' => {
                request.take(1)?; // there is one byte order
                user_identity::read(request.0)?.to_string().into_bytes()
            }
            b'S' => {
                let size = request.array::<1>()?[0];
                let identity = request.take(size.into())?;
                user_identity::append(request.message()?, identity)?
            }
            b'C' => session::client_handles(request.0)?.into_bytes(),
            b'V' => {
                let [server_min, server_max] = [request.number()?, request.number()?];
                let [client_min, client_max] = [request.number()?, request.number()?];
                session::used_version([server_min, server_max], [client_min, client_max])?.to_le_bytes().to_vec()
            }
            b'K' => keys::describe(request.0)?.to_string().into_bytes(),
            b'p' => keys::parse_public(request.0)?.to_vec(),
            b's' => keys::parse_secret(request.0)?.to_vec(),
            b'I' => {
                let authority: [u8; 32] = request.array()?;
                let mut random = StdRng::from_seed(request.array()?);
                let authority = Some(authority).filter(|key| key != &[0; 32]);
                let (act1, started) = link::start(authority, &mut random)?;
                self.last += 1;
                self.started.insert(self.last, started);
                [&self.last.to_le_bytes()[..], &act1].concat()
            }
            b'F' => {
                let started = self.started.remove(&request.number()?).ok_or("no such handshake")?;
                let now = request.number()?;
                let link = link::finish(started, request.array()?, now)?;
                self.keep(link).to_vec()
            }
            b'R' => {
                let authority =
                    link::Authority { secret: request.array()?, validity: request.number()?, now: request.number()? };
                let mut random = StdRng::from_seed(request.array()?);
                let (act2, link) = link::respond(&authority, request.array()?, &mut random)?;
                [&self.keep(link)[..], &act2].concat()
            }
            b'L' => self.keep(Link::plain()).to_vec(),
            b'X' => {
                let link = self.link(request.number()?)?;
                link.seal(request.0)?
            }
            b'O' => {
                let link = self.link(request.number()?)?;
                link.open(request.0)?.concat()
            }
            b'Q' => {
                self.links.remove(&request.number()?);
                Vec::new()
            }
            _ => return Err("no such request".into()),
        })
    }
}

/// The next request, or None at the end of the input.
fn next(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut size = [0; 4];
    match input.read_exact(&mut size) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut request = vec![0; u32::from_le_bytes(size) as usize];
    input.read_exact(&mut request)?;
    Ok(Some(request))
}

pub fn run() -> io::Result<()> {
    std::panic::set_hook(Box::new(|_| {}));
    let mut oracle = Oracle::default();
    let mut input = BufReader::with_capacity(1 << 20, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    while let Some(request) = next(&mut input)? {
        let (what, rest) = request.split_first().ok_or(io::ErrorKind::InvalidData)?;
        let result = catch_unwind(AssertUnwindSafe(|| oracle.answer(*what, Request(rest))));
        let (code, body) = match result {
            Ok(Ok(body)) => (0, body),
            Ok(Err(reason)) => (1, reason.into_bytes()),
            Err(_) => (2, b"panic".to_vec()),
        };
        output.write_all(&(1 + body.len() as u32).to_le_bytes())?;
        output.write_all(&[code])?;
        output.write_all(&body)?;
        if input.buffer().is_empty() {
            output.flush()?;
        }
    }
    output.flush()
}
