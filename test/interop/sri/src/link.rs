//! One connection's bytes: plain, or encrypted after a handshake in either role.

use crate::fields::Result;
use rand::rngs::StdRng;
use std::time::Duration;
use stratum_core::codec_sv2::{
    Decoded, Decoder, Decrypted, Encoder, Handshake, InitiatorSent, NoiseDecoder, NoiseEncoder, Transport,
    TransportDecryptState, TransportEncryptState,
};
use stratum_core::framing_sv2::framing::SerializedFrame;
use stratum_core::noise_sv2::{Initiator, Responder, ELLSWIFT_ENCODING_SIZE, INITIATOR_EXPECTED_HANDSHAKE_MESSAGE_SIZE};

pub type Act1 = [u8; ELLSWIFT_ENCODING_SIZE];
pub type Act2 = [u8; INITIATOR_EXPECTED_HANDSHAKE_MESSAGE_SIZE];
pub type Started = Handshake<InitiatorSent>;

/// Act 1 of a client that demands this authority, or nothing.
pub fn start(authority: Option<[u8; 32]>, random: &mut StdRng) -> Result<(Act1, Started)> {
    let initiator = match authority {
        Some(key) => Initiator::from_raw_k_with_rng(key, random),
        None => Initiator::without_pk_with_rng(random),
    };
    let handshake = Handshake::initiator(initiator.map_err(|error| format!("{error:?}"))?);
    let (act1, started) = handshake.step_0().map_err(|error| error.to_string())?;
    Ok((act1.payload().try_into().map_err(|_| "act 1 has another size")?, started))
}

/// The client's link, after act 2.
pub fn finish(started: Started, act2: Act2, now: u32) -> Result<Link> {
    let transport = started.step_2_with_now(act2, now).map_err(|error| error.to_string())?;
    Ok(Link::sealed(transport))
}

/// What a server makes its certificates with.
pub struct Authority {
    pub secret: [u8; 32],
    /// Seconds that a certificate is valid from now.
    pub validity: u32,
    pub now: u32,
}

/// Act 2 and the server's link, after act 1.
pub fn respond(authority: &Authority, act1: Act1, random: &mut StdRng) -> Result<(Act2, Link)> {
    let public = crate::keys::public(&authority.secret)?;
    let validity = Duration::from_secs(authority.validity.into());
    let responder = Responder::from_authority_kp_with_rng(&public, &authority.secret, validity, random)
        .map_err(|error| format!("{error:?}"))?;
    let (act2, transport) =
        Handshake::responder(responder).step_1_with_now_rng(act1, authority.now, random).map_err(|error| error.to_string())?;
    let act2 = act2.payload().try_into().map_err(|_| "act 2 has another size")?;
    Ok((act2, Link::sealed(transport)))
}

/// A link, and the received bytes that it cannot use yet.
pub struct Link {
    form: Form,
    pending: Vec<u8>,
}

enum Form {
    Plain(Encoder, Decoder),
    Sealed {
        encoder: Box<NoiseEncoder>,
        encrypt: TransportEncryptState,
        decoder: Box<NoiseDecoder>,
        /// None after a failure: the decoder does not give the state back.
        decrypt: Option<TransportDecryptState>,
    },
}

impl Link {
    pub fn plain() -> Self {
        Self { form: Form::Plain(Encoder::new(), Decoder::new()), pending: Vec::new() }
    }

    fn sealed(transport: Transport) -> Self {
        let (encrypt, decrypt) = transport.split();
        let form = Form::Sealed { encoder: Box::default(), encrypt, decoder: Box::default(), decrypt: Some(decrypt) };
        Self { form, pending: Vec::new() }
    }

    /// The bytes that a plain frame becomes on this link.
    pub fn seal(&mut self, frame: &[u8]) -> Result<Vec<u8>> {
        let frame = SerializedFrame::from_bytes(frame.to_vec()).map_err(|hint| hint.to_string())?;
        match &mut self.form {
            Form::Plain(encoder, _) => encoder.encode(frame),
            Form::Sealed { encoder, encrypt, .. } => encoder.encode_transport(frame, encrypt),
        }
        .map_err(|error| error.to_string())
    }

    /// Takes received bytes and returns the plain frames that they complete.
    pub fn open(&mut self, received: &[u8]) -> Result<Vec<Vec<u8>>> {
        self.pending.extend_from_slice(received);
        let mut taken = 0;
        let mut frames = Vec::new();
        loop {
            let rest = &self.pending[taken..];
            let wanted = self.form.wanted();
            if wanted > rest.len() {
                break;
            }
            if wanted > 0 {
                self.form.writable().copy_from_slice(&rest[..wanted]);
                taken += wanted;
            }
            match self.form.next()? {
                Some(frame) => frames.push(frame),
                None if self.form.wanted() == 0 => return Err("the decoder wants nothing and gives nothing".into()),
                None => {}
            }
        }
        self.pending.drain(..taken);
        Ok(frames)
    }
}

impl Form {
    /// How many bytes the decoder takes next; it takes no fewer.
    fn wanted(&self) -> usize {
        match self {
            Form::Plain(_, decoder) => decoder.writable_len(),
            Form::Sealed { decoder, .. } => decoder.writable_len(),
        }
    }

    fn writable(&mut self) -> &mut [u8] {
        match self {
            Form::Plain(_, decoder) => decoder.writable(),
            Form::Sealed { decoder, .. } => decoder.writable(),
        }
    }

    fn next(&mut self) -> Result<Option<Vec<u8>>> {
        match self {
            Form::Plain(_, decoder) => match decoder.next_frame().map_err(|error| error.to_string())? {
                Decoded::Frame(frame) => Ok(Some(frame.into_bytes())),
                Decoded::Incomplete(_) => Ok(None),
            },
            Form::Sealed { decoder, decrypt, .. } => {
                let state = decrypt.take().ok_or("the link failed before")?;
                match decoder.next_transport_frame(state).map_err(|error| error.to_string())? {
                    Decrypted::Frame(frame, state) => {
                        *decrypt = Some(state);
                        Ok(Some(frame.into_bytes()))
                    }
                    Decrypted::Incomplete(_, state) => {
                        *decrypt = Some(state);
                        Ok(None)
                    }
                }
            }
        }
    }
}
