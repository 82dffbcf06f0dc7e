//! The client's end.

use super::connection::{Connection, Stream};
use super::{extensions, key, message, report, Refused};
use crate::fields::{bytes, Result};
use crate::user_identity;
use serde_json::{json, Value};
use std::net::TcpStream;
use stratum_core::binary_sv2::Str0255;
use stratum_core::common_messages_sv2::{ChannelEndpointChanged, Reconnect, SetupConnectionError, SetupConnectionSuccess};
use stratum_core::extensions_sv2::{RequestExtensionsError, RequestExtensionsSuccess, EXTENSION_TYPE_WORKER_HASHRATE_TRACKING};
use stratum_core::framing_sv2::framing::SerializedFrame;
use stratum_core::framing_sv2::header::Header;
use stratum_core::handlers_sv2::{HandleCommonMessagesFromServerSync, HandleExtensionsFromServerSync};
use stratum_core::parsers_sv2::Tlv;

type Handled = std::result::Result<(), Refused>;

#[derive(Default)]
struct Client {
    handled: &'static str,
    /// What happened and what is known about it, until it is reported.
    happened: Option<(&'static str, Value)>,
    negotiated: Vec<u16>,
    /// What to ask for after a refusal that can be met.
    again: Option<Vec<u16>>,
    request: Vec<u16>,
    /// The request_id of the last request.
    request_id: u16,
    supported: Vec<u16>,
    ended: bool,
}

/// Runs one connection to "connect": Noise if "noise" is true, with the "authority" in hex or null; SetupConnection with
/// the fields in "setup"; a request for the extensions in "request", repeated once with those of "supported" that the
/// server requires; then each share of "shares", an object with "fields" and "user_identity", which is null for none and left
/// out when it was not negotiated, but for "unasked".
pub fn run_client(config: Value) -> Result<()> {
    let address = config["connect"].as_str().ok_or("no connect")?;
    let stream = Stream::tcp(TcpStream::connect(address).map_err(|error| error.to_string())?)?;
    let mut connection = if config["noise"].as_bool() == Some(true) {
        Connection::initiate(stream, key(&config["authority"])?)?
    } else {
        Connection::plain(stream)
    };
    report("secured", json!({}));
    let mut client =
        Client { request: extensions(&config["request"]), supported: extensions(&config["supported"]), ..Client::default() };
    connection.send(message(0, 0x00, config["setup"].clone())?)?;
    if !client.receive(&mut connection)? {
        return Ok(());
    }
    let mut asked = client.request.clone();
    for request_id in [0x1234, 0x1235] {
        if asked.is_empty() {
            break;
        }
        client.request_id = request_id;
        let fields = json!({ "request_id": request_id, "requested_extensions": asked });
        connection.send(message(1, 0x00, fields)?)?;
        if !client.receive(&mut connection)? {
            return Ok(());
        }
        asked = client.again.take().unwrap_or_default();
    }
    for share in config["shares"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let submit = message(0, 0x1b, share["fields"].clone())?;
        match &share["user_identity"] {
            identity
                if !identity.is_null()
                    && (client.negotiated.contains(&EXTENSION_TYPE_WORKER_HASHRATE_TRACKING)
                        || share["unasked"].as_bool() == Some(true)) =>
            {
                connection.send_frame(&user_identity::append(submit, &bytes(identity)?)?)?
            }
            _ => connection.send(submit)?,
        }
        let Some(frame) = connection.receive()? else {
            break;
        };
        report("message", crate::messages::decode(frame.as_bytes())?.value());
    }
    report("done", json!({ "extensions": client.negotiated }));
    Ok(())
}

/// Initiates on the connection, over TCP or over standard input and output, and sends every frame back. The authority's key
/// is in hex, or empty to demand none.
pub fn noise_initiator(authority: &str, address: Option<&str>) -> Result<()> {
    let authority = if authority.is_empty() { None } else { key(&authority.into())? };
    let stream = match address {
        None => Stream::standard(),
        Some(address) => Stream::tcp(TcpStream::connect(address).map_err(|error| error.to_string())?)?,
    };
    Connection::initiate(stream, authority)?.echo()
}

impl Client {
    /// Receives one message of the connection's beginning; false when that was the end.
    fn receive(&mut self, connection: &mut Connection) -> Result<bool> {
        let Some(mut frame) = connection.receive()? else {
            report("closed", json!({}));
            return Ok(false);
        };
        let header = frame.header();
        let handled = match header.ext_type_without_channel_msg() {
            0 => self.handle_common_message_frame_from_server(None, header, frame.payload()),
            _ => self.handle_extensions_message_frame_from_server(None, header, frame.payload()),
        };
        if let Some((event, more)) = self.happened.take() {
            report(event, more);
        }
        if let Err(Refused(reason)) = handled {
            report("error", json!({ "reason": reason }));
            return Ok(false);
        }
        Ok(!self.ended)
    }

    fn check_request_id(&self, request_id: u16) -> Handled {
        if request_id == self.request_id {
            Ok(())
        } else {
            Err(Refused(format!("an answer to request {request_id}, not to {}", self.request_id)))
        }
    }
}

impl HandleCommonMessagesFromServerSync for Client {
    type Error = Refused;

    fn get_negotiated_extensions_with_server(&self, _: Option<usize>) -> std::result::Result<Vec<u16>, Refused> {
        Ok(self.negotiated.clone())
    }

    fn handle_setup_connection_success(
        &mut self,
        _: Option<usize>,
        success: SetupConnectionSuccess,
        _: Option<&[Tlv]>,
    ) -> Handled {
        self.handled = "SetupConnection.Success";
        self.happened = Some(("setup", json!({ "version": success.used_version, "flags": success.flags })));
        Ok(())
    }

    fn handle_setup_connection_error(&mut self, _: Option<usize>, error: SetupConnectionError, _: Option<&[Tlv]>) -> Handled {
        self.handled = "SetupConnection.Error";
        self.ended = true;
        self.happened = Some(("refused", json!({ "error_code": text(&error.error_code), "flags": error.flags })));
        Ok(())
    }

    fn handle_channel_endpoint_changed(&mut self, _: Option<usize>, _: ChannelEndpointChanged, _: Option<&[Tlv]>) -> Handled {
        self.handled = "ChannelEndpointChanged";
        Ok(())
    }

    fn handle_reconnect(&mut self, _: Option<usize>, reconnect: Reconnect, _: Option<&[Tlv]>) -> Handled {
        self.handled = "Reconnect";
        self.ended = true;
        self.happened = Some(("reconnect", json!({ "host": text(&reconnect.new_host), "port": reconnect.new_port })));
        Ok(())
    }
}

fn text(bytes: &Str0255) -> String {
    String::from_utf8_lossy(bytes.as_bytes()).into_owned()
}

impl HandleExtensionsFromServerSync for Client {
    type Error = Refused;

    fn get_negotiated_extensions_with_server(&self, _: Option<usize>) -> std::result::Result<Vec<u16>, Refused> {
        Ok(self.negotiated.clone())
    }

    fn handle_request_extensions_success(
        &mut self,
        _: Option<usize>,
        success: RequestExtensionsSuccess,
        _: Option<&[Tlv]>,
    ) -> Handled {
        self.check_request_id(success.request_id)?;
        self.negotiated = success.supported_extensions.as_slice().to_vec();
        self.happened = Some(("extensions", json!({ "extensions": self.negotiated })));
        Ok(())
    }

    fn handle_request_extensions_error(
        &mut self,
        _: Option<usize>,
        error: RequestExtensionsError,
        _: Option<&[Tlv]>,
    ) -> Handled {
        self.check_request_id(error.request_id)?;
        let (unsupported, required) = (error.unsupported_extensions.as_slice(), error.required_extensions.as_slice());
        self.happened = Some(("extensions_refused", json!({ "unsupported": unsupported, "required": required })));
        if !required.iter().all(|extension| self.supported.contains(extension)) {
            return Err(Refused("the server requires an extension that is not supported".into()));
        }
        if !required.is_empty() {
            let mut again: Vec<u16> =
                self.request.iter().copied().filter(|extension| !unsupported.contains(extension)).collect();
            again.extend(required);
            again.sort_unstable();
            again.dedup();
            self.again = Some(again);
        }
        Ok(())
    }
}

/// The message that a client without extensions takes a frame for, when it asks the handler of common messages.
pub fn client_handles(frame: &[u8]) -> Result<String> {
    let mut frame = SerializedFrame::from_bytes(frame.to_vec()).map_err(|hint| hint.to_string())?;
    let header: Header = frame.header();
    let mut client = Client::default();
    client.handle_common_message_frame_from_server(None, header, frame.payload()).map_err(|Refused(reason)| reason)?;
    Ok(client.handled.into())
}
