//! A connection with frames in it: over TCP, or over standard input and output.

use crate::fields::Result;
use crate::link::{self, Authority, Link};
use crate::messages;
use rand::{rngs::StdRng, SeedableRng};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use stratum_core::framing_sv2::framing::SerializedFrame;
use stratum_core::parsers_sv2::AnyMessageOwned;

/// How long a peer may be silent.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Connection {
    stream: Stream,
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

/// The two directions of a connection.
pub struct Stream {
    input: Box<dyn Read>,
    output: Box<dyn Write>,
}

impl Stream {
    pub fn tcp(stream: TcpStream) -> Result<Self> {
        stream.set_read_timeout(Some(PATIENCE)).map_err(text)?;
        stream.set_nodelay(true).map_err(text)?;
        Ok(Self { input: Box::new(stream.try_clone().map_err(text)?), output: Box::new(stream) })
    }

    pub fn standard() -> Self {
        Self { input: Box::new(io::stdin()), output: Box::new(io::stdout()) }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.output.write_all(bytes).and_then(|()| self.output.flush()).map_err(text)
    }
}

impl Connection {
    fn new(stream: Stream, link: Link) -> Self {
        Self { stream, link, received: VecDeque::new() }
    }

    pub fn plain(stream: Stream) -> Self {
        Self::new(stream, Link::plain())
    }

    pub fn initiate(mut stream: Stream, authority: Option<[u8; 32]>) -> Result<Self> {
        let (act1, started) = link::start(authority, &mut StdRng::from_entropy())?;
        stream.write(&act1)?;
        let mut act2 = [0; std::mem::size_of::<link::Act2>()];
        stream.input.read_exact(&mut act2).map_err(text)?;
        Ok(Self::new(stream, link::finish(started, act2, now())?))
    }

    pub fn respond(mut stream: Stream, authority: &Authority) -> Result<Self> {
        let mut act1 = [0; std::mem::size_of::<link::Act1>()];
        stream.input.read_exact(&mut act1).map_err(text)?;
        let (act2, link) = link::respond(authority, act1, &mut StdRng::from_entropy())?;
        stream.write(&act2)?;
        Ok(Self::new(stream, link))
    }

    /// Sends every frame back until the peer closes.
    pub fn echo(mut self) -> Result<()> {
        while let Some(frame) = self.receive()? {
            self.send_frame(frame.as_bytes())?;
        }
        Ok(())
    }

    pub fn send(&mut self, message: AnyMessageOwned) -> Result<()> {
        self.send_frame(&messages::encode(message)?)
    }

    pub fn send_frame(&mut self, frame: &[u8]) -> Result<()> {
        let sealed = self.link.seal(frame)?;
        self.stream.write(&sealed)
    }

    /// The next frame, or None once the peer has closed.
    pub fn receive(&mut self) -> Result<Option<SerializedFrame<Vec<u8>>>> {
        let mut piece = [0; 1 << 16];
        loop {
            if let Some(frame) = self.received.pop_front() {
                return SerializedFrame::from_bytes(frame).map(Some).map_err(text);
            }
            match self.stream.input.read(&mut piece).map_err(text)? {
                0 => return Ok(None),
                size => self.received.extend(self.link.open(&piece[..size])?),
            }
        }
    }
}
