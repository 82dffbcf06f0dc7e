//! The server's end: accepts one connection.

use super::connection::{now, Connection, Stream};
use super::{extensions, key, message, number, report, Refused};
use crate::fields::{hex, Result};
use crate::link::Authority;
use crate::messages;
use crate::user_identity;
use serde_json::{json, Value};
use std::net::TcpListener;
use stratum_core::binary_sv2::Str0255;
use stratum_core::common_messages_sv2::{has_declare_tx_data, Protocol, SetupConnection};
use stratum_core::extensions_sv2::RequestExtensions;
use stratum_core::framing_sv2::header::Header;
use stratum_core::handlers_sv2::{
    HandleCommonMessagesFromClientSync, HandleExtensionsFromClientSync, HandleMiningMessagesFromClientSync,
    SupportedChannelTypes,
};
use stratum_core::mining_sv2::{
    CloseChannel, OpenExtendedMiningChannel, OpenStandardMiningChannel, SetCustomMiningJob, SubmitSharesExtended,
    SubmitSharesStandard, UpdateChannel,
};
use stratum_core::parsers_sv2::{AnyMessageOwned, CommonMessages, Tlv};

type Handled = std::result::Result<(), Refused>;

struct Server {
    config: Value,
    negotiated: Vec<u16>,
    answer: Option<AnyMessageOwned>,
    /// What is behind the message of the frame that is handled, for reports.
    trailing: Vec<u8>,
    /// The connection ends once the answer is sent.
    refused: bool,
}

/// Serves one client: listens on "listen" and reports the address first. "authority" is the secret key in hex, null for a
/// plain connection; "validity" the seconds that the certificate is valid. "protocol", "min_version", "max_version",
/// "flags", "required_flags" and "success_flags" are about SetupConnection, and with "describe" it is reported whole;
/// "supported" and "required" are the extensions; with "ignore" requests for extensions are not answered.
pub fn run_server(config: Value) -> Result<()> {
    let address = config["listen"].as_str().ok_or("no listen")?;
    let listener = TcpListener::bind(address).map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    report("listening", json!({ "address": address.to_string() }));
    let (stream, _) = listener.accept().map_err(|error| error.to_string())?;
    let mut connection = match key(&config["authority"])? {
        None => Connection::plain(Stream::tcp(stream)?),
        Some(secret) => {
            let authority = Authority { secret, validity: number(&config["validity"]), now: now() };
            Connection::respond(Stream::tcp(stream)?, &authority)?
        }
    };
    let mut server = Server { config, negotiated: Vec::new(), answer: None, trailing: Vec::new(), refused: false };
    while let Some(mut frame) = connection.receive()? {
        let header = frame.header();
        server.trailing = messages::decode(frame.as_bytes()).map(|decoded| decoded.trailing).unwrap_or_default();
        if let Err(Refused(reason)) = server.handle(header, frame.payload()) {
            report("error", json!({ "reason": reason }));
            return Ok(());
        }
        if let Some(answer) = server.answer.take() {
            connection.send(answer)?;
        }
        if server.refused {
            return Ok(());
        }
    }
    report("closed", json!({}));
    Ok(())
}

/// Responds on the connection, over TCP to the first that connects or over standard input and output, and sends every frame
/// back. The authority's secret key is in hex.
pub fn noise_responder(secret: &str, address: Option<&str>) -> Result<()> {
    let secret = key(&secret.into())?.ok_or("no key")?;
    let stream = match address {
        None => Stream::standard(),
        Some(address) => {
            let listener = TcpListener::bind(address).map_err(|error| error.to_string())?;
            let address = listener.local_addr().map_err(|error| error.to_string())?;
            report("listening", json!({ "address": address.to_string() }));
            Stream::tcp(listener.accept().map_err(|error| error.to_string())?.0)?
        }
    };
    Connection::respond(stream, &Authority { secret, validity: 3600, now: now() })?.echo()
}

/// The version that a server of these versions uses with a client of those.
pub fn used_version(server: [u32; 2], client: [u32; 2]) -> Result<u32> {
    let nothing = || Str0255::try_from("").map_err(|error| format!("{error:?}"));
    let setup = SetupConnection {
        protocol: Protocol::MiningProtocol,
        min_version: client[0] as u16,
        max_version: client[1] as u16,
        flags: 0,
        endpoint_host: nothing()?,
        endpoint_port: 0,
        vendor: nothing()?,
        hardware_version: nothing()?,
        firmware: nothing()?,
        device_id: nothing()?,
    };
    let version = setup.get_version(server[0] as u16, server[1] as u16);
    version.map(u32::from).ok_or("no version".into())
}

impl Server {
    fn handle(&mut self, header: Header, payload: &mut [u8]) -> Handled {
        match (header.ext_type_without_channel_msg(), header.msg_type()) {
            (0, 0x00..=0x0f) => self.handle_common_message_frame_from_client(None, header, payload),
            (0, _) => self.handle_mining_message_frame_from_client(None, header, payload),
            _ => self.handle_extensions_message_frame_from_client(None, header, payload),
        }
    }

    fn reply(&mut self, extension_type: u16, msg_type: u8, fields: Value) -> Handled {
        self.answer = Some(message(extension_type, msg_type, fields).map_err(Refused)?);
        Ok(())
    }

    fn refuse(&mut self, flags: u32, error_code: &str) -> Handled {
        report("refused", json!({ "error_code": error_code, "flags": flags }));
        self.refused = true;
        self.reply(0, 0x02, json!({ "flags": flags, "error_code": hex(error_code.as_bytes()) }))
    }
}

impl HandleCommonMessagesFromClientSync for Server {
    type Error = Refused;

    fn get_negotiated_extensions_with_client(&self, _: Option<usize>) -> std::result::Result<Vec<u16>, Refused> {
        Ok(self.negotiated.clone())
    }

    fn handle_setup_connection(&mut self, _: Option<usize>, setup: SetupConnection, _: Option<&[Tlv]>) -> Handled {
        if self.config["describe"].as_bool() == Some(true) {
            let whole = AnyMessageOwned::Common(CommonMessages::SetupConnection(setup.clone()).into_owned());
            report("client", json!({ "fields": messages::fields(&whole) }));
        }
        let (min, max) = (number(&self.config["min_version"]) as u16, number(&self.config["max_version"]) as u16);
        if setup.protocol as u32 != number(&self.config["protocol"]) {
            return self.refuse(0, "unsupported-protocol");
        }
        let Some(version) = setup.get_version(min, max) else {
            return self.refuse(0, "protocol-version-mismatch");
        };
        let unsupported = setup.flags & !number(&self.config["flags"]);
        if unsupported != 0 {
            return self.refuse(unsupported, "unsupported-feature-flags");
        }
        let missing = number(&self.config["required_flags"]) & !setup.flags;
        if missing != 0 && setup.protocol == Protocol::JobDeclarationProtocol && !has_declare_tx_data(setup.flags) {
            return self.refuse(0, "missing-declare-tx-data-flag");
        }
        report("setup", json!({ "protocol": setup.protocol as u8, "version": version, "flags": setup.flags }));
        self.reply(0, 0x01, json!({ "used_version": version, "flags": number(&self.config["success_flags"]) }))
    }
}

impl HandleExtensionsFromClientSync for Server {
    type Error = Refused;

    fn get_negotiated_extensions_with_client(&self, _: Option<usize>) -> std::result::Result<Vec<u16>, Refused> {
        Ok(self.negotiated.clone())
    }

    fn handle_request_extensions(&mut self, _: Option<usize>, request: RequestExtensions, _: Option<&[Tlv]>) -> Handled {
        let asked = request.requested_extensions.as_slice();
        report("request_extensions", json!({ "extensions": asked }));
        if self.config["ignore"].as_bool() == Some(true) {
            return Ok(());
        }
        let (supported, required) = (extensions(&self.config["supported"]), extensions(&self.config["required"]));
        let missing: Vec<u16> = required.iter().copied().filter(|extension| !asked.contains(extension)).collect();
        let granted: Vec<u16> = asked.iter().copied().filter(|extension| supported.contains(extension)).collect();
        if granted.is_empty() || !missing.is_empty() {
            let unsupported: Vec<u16> = asked.iter().copied().filter(|extension| !supported.contains(extension)).collect();
            return self.reply(
                1,
                0x02,
                json!({
                    "request_id": request.request_id,
                    "unsupported_extensions": unsupported,
                    "required_extensions": missing,
                }),
            );
        }
        report("extensions", json!({ "extensions": granted }));
        self.negotiated = granted.clone();
        self.reply(1, 0x01, json!({ "request_id": request.request_id, "supported_extensions": granted }))
    }
}

impl Server {
    fn no_channels(&self, name: &str) -> Handled {
        Err(Refused(format!("{name}: this server opens no channels")))
    }
}

impl HandleMiningMessagesFromClientSync for Server {
    type Error = Refused;

    fn get_channel_type_for_client(&self, _: Option<usize>) -> SupportedChannelTypes {
        SupportedChannelTypes::GroupAndExtended
    }

    fn is_work_selection_enabled_for_client(&self, _: Option<usize>) -> bool {
        true
    }

    fn is_client_authorized(&self, _: Option<usize>, _: &Str0255) -> std::result::Result<bool, Refused> {
        Ok(true)
    }

    fn get_negotiated_extensions_with_client(&self, _: Option<usize>) -> std::result::Result<Vec<u16>, Refused> {
        Ok(self.negotiated.clone())
    }

    fn handle_submit_shares_extended(
        &mut self,
        _: Option<usize>,
        share: SubmitSharesExtended,
        tlvs: Option<&[Tlv]>,
    ) -> Handled {
        let identity = user_identity::find(tlvs.unwrap_or_default());
        report(
            "share",
            json!({
                "sequence_number": share.sequence_number,
                "extranonce": hex(share.extranonce.as_bytes()),
                "user_identity": identity,
                "trailing": hex(&self.trailing),
            }),
        );
        self.reply(
            0,
            0x1c,
            json!({
                "channel_id": share.channel_id,
                "last_sequence_number": share.sequence_number,
                "new_submits_accepted_count": 1,
                "new_shares_sum": 1,
            }),
        )
    }

    fn handle_close_channel(&mut self, _: Option<usize>, _: CloseChannel, _: Option<&[Tlv]>) -> Handled {
        self.no_channels("CloseChannel")
    }

    fn handle_open_standard_mining_channel(
        &mut self,
        _: Option<usize>,
        _: OpenStandardMiningChannel,
        _: Option<&[Tlv]>,
    ) -> Handled {
        self.no_channels("OpenStandardMiningChannel")
    }

    fn handle_open_extended_mining_channel(
        &mut self,
        _: Option<usize>,
        _: OpenExtendedMiningChannel,
        _: Option<&[Tlv]>,
    ) -> Handled {
        self.no_channels("OpenExtendedMiningChannel")
    }

    fn handle_update_channel(&mut self, _: Option<usize>, _: UpdateChannel, _: Option<&[Tlv]>) -> Handled {
        self.no_channels("UpdateChannel")
    }

    fn handle_submit_shares_standard(&mut self, _: Option<usize>, _: SubmitSharesStandard, _: Option<&[Tlv]>) -> Handled {
        self.no_channels("SubmitSharesStandard")
    }

    fn handle_set_custom_mining_job(&mut self, _: Option<usize>, _: SetCustomMiningJob, _: Option<&[Tlv]>) -> Handled {
        self.no_channels("SetCustomMiningJob")
    }
}
