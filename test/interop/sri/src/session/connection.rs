//! A TCP connection with frames in it.

use crate::fields::Result;
use crate::link::{self, Authority, Link};
use crate::messages;
use rand::{rngs::StdRng, SeedableRng};
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use stratum_core::framing_sv2::framing::SerializedFrame;
use stratum_core::parsers_sv2::AnyMessageOwned;

/// How long a peer may be silent.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Connection {
    stream: TcpStream,
    link: Link,
    received: VecDeque<Vec<u8>>,
}

pub fn now() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() as u32
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn prepare(stream: &TcpStream) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
    stream.set_nodelay(true).map_err(text)
}

impl Connection {
    pub fn plain(stream: TcpStream) -> Result<Self> {
        prepare(&stream)?;
        Ok(Self { stream, link: Link::plain(), received: VecDeque::new() })
    }

    pub fn initiate(mut stream: TcpStream, authority: Option<[u8; 32]>) -> Result<Self> {
        prepare(&stream)?;
        let (act1, started) = link::start(authority, &mut StdRng::from_entropy())?;
        stream.write_all(&act1).map_err(text)?;
        let mut act2 = [0; std::mem::size_of::<link::Act2>()];
        stream.read_exact(&mut act2).map_err(text)?;
        let link = link::finish(started, act2, now())?;
        Ok(Self { stream, link, received: VecDeque::new() })
    }

    pub fn respond(mut stream: TcpStream, authority: &Authority) -> Result<Self> {
        prepare(&stream)?;
        let mut act1 = [0; std::mem::size_of::<link::Act1>()];
        stream.read_exact(&mut act1).map_err(text)?;
        let (act2, link) = link::respond(authority, act1, &mut StdRng::from_entropy())?;
        stream.write_all(&act2).map_err(text)?;
        Ok(Self { stream, link, received: VecDeque::new() })
    }

    pub fn send(&mut self, message: AnyMessageOwned) -> Result<()> {
        self.send_frame(&messages::encode(message)?)
    }

    pub fn send_frame(&mut self, frame: &[u8]) -> Result<()> {
        let sealed = self.link.seal(frame)?;
        self.stream.write_all(&sealed).map_err(text)
    }

    /// The next frame, or None once the peer has closed.
    pub fn receive(&mut self) -> Result<Option<SerializedFrame<Vec<u8>>>> {
        let mut piece = [0; 4096];
        loop {
            if let Some(frame) = self.received.pop_front() {
                return SerializedFrame::from_bytes(frame).map(Some).map_err(text);
            }
            match self.stream.read(&mut piece).map_err(text)? {
                0 => return Ok(None),
                size => self.received.extend(self.link.open(&piece[..size])?),
            }
        }
    }
}
