//! Every message of the crates, as fields and back.

use crate::fields::{field, Example, Field, Fields, Result};
use rand::rngs::StdRng;
use serde_json::{json, Value};
use stratum_core::framing_sv2::framing::{EncodableFrame, MessageFrame, SerializedFrame};
use stratum_core::parsers_sv2::{
    AnyMessage, AnyMessageOwned, CommonMessagesOwned, ExtensionsNegotiationOwned, ExtensionsOwned, IsSv2Message,
    JobDeclarationOwned, MiningOwned, TemplateDistributionOwned,
};
use stratum_core::{
    binary_sv2::GetSize, common_messages_sv2, extensions_sv2, job_declaration_sv2, mining_sv2, template_distribution_sv2,
};

/// The messages of one protocol.
trait Table: Sized {
    fn fields(&self) -> Fields;
    fn message(msg_type: u8, fields: &Fields) -> Result<Self>;
    /// Every message of the protocol for test vectors.
    fn examples(kind: Example, random: &mut StdRng) -> Vec<Self>;
}

/// One line per message: type, variant, struct, and its fields with the name of the specification where it is another one.
macro_rules! table {
    ($enumeration:ident, $module:ident:
        $($msg_type:literal $variant:ident $message:ident { $($name:ident $(= $text:literal)?),* })*) => {
        impl Table for $enumeration {
            fn fields(&self) -> Fields {
                let mut fields = Fields::new();
                match self {
                    $($enumeration::$variant(message) => {
                        $(fields.insert(table!(@ $name $($text)?).into(), message.$name.value());)*
                    })*
                }
                fields
            }

            fn message(msg_type: u8, fields: &Fields) -> Result<Self> {
                match msg_type {
                    $($msg_type => Ok($enumeration::$variant($module::$message {
                        $($name: field(fields, table!(@ $name $($text)?))?),*
                    })),)*
                    _ => Err("no such message".into()),
                }
            }

            fn examples(kind: Example, random: &mut StdRng) -> Vec<Self> {
                vec![$($enumeration::$variant($module::$message { $($name: Field::example(kind, random)),* })),*]
            }
        }
    };
    (@ $name:ident) => { stringify!($name) };
    (@ $name:ident $text:literal) => { $text };
}

table! { CommonMessagesOwned, common_messages_sv2:
    0x00 SetupConnection SetupConnectionOwned { protocol, min_version, max_version, flags, endpoint_host, endpoint_port,
        vendor, hardware_version, firmware, device_id }
    0x01 SetupConnectionSuccess SetupConnectionSuccessOwned { used_version, flags }
    0x02 SetupConnectionError SetupConnectionErrorOwned { flags, error_code }
    0x03 ChannelEndpointChanged ChannelEndpointChangedOwned { channel_id }
    0x04 Reconnect ReconnectOwned { new_host, new_port }
}

table! { MiningOwned, mining_sv2:
    0x10 OpenStandardMiningChannel OpenStandardMiningChannelOwned { request_id, user_identity, nominal_hash_rate, max_target }
    0x11 OpenStandardMiningChannelSuccess OpenStandardMiningChannelSuccessOwned { request_id, channel_id, target,
        extranonce_prefix, group_channel_id }
    0x12 OpenMiningChannelError OpenMiningChannelErrorOwned { request_id, error_code }
    0x13 OpenExtendedMiningChannel OpenExtendedMiningChannelOwned { request_id, user_identity, nominal_hash_rate, max_target,
        min_extranonce_size }
    0x14 OpenExtendedMiningChannelSuccess OpenExtendedMiningChannelSuccessOwned { request_id, channel_id, target,
        extranonce_size, extranonce_prefix, group_channel_id }
    0x15 NewMiningJob NewMiningJobOwned { channel_id, job_id, min_ntime, version, merkle_root }
    0x16 UpdateChannel UpdateChannelOwned { channel_id, nominal_hash_rate, maximum_target }
    0x17 UpdateChannelError UpdateChannelErrorOwned { channel_id, error_code }
    0x18 CloseChannel CloseChannelOwned { channel_id, reason_code }
    0x19 SetExtranoncePrefix SetExtranoncePrefixOwned { channel_id, extranonce_prefix }
    0x1a SubmitSharesStandard SubmitSharesStandardOwned { channel_id, sequence_number, job_id, nonce, ntime, version }
    0x1b SubmitSharesExtended SubmitSharesExtendedOwned { channel_id, sequence_number, job_id, nonce, ntime, version,
        extranonce }
    0x1c SubmitSharesSuccess SubmitSharesSuccessOwned { channel_id, last_sequence_number, new_submits_accepted_count,
        new_shares_sum }
    0x1d SubmitSharesError SubmitSharesErrorOwned { channel_id, sequence_number, error_code }
    0x1f NewExtendedMiningJob NewExtendedMiningJobOwned { channel_id, job_id, min_ntime, version, version_rolling_allowed,
        merkle_path, coinbase_tx_prefix, coinbase_tx_suffix }
    0x20 SetNewPrevHash SetNewPrevHashOwned { channel_id, job_id, prev_hash, min_ntime, nbits }
    0x21 SetTarget SetTargetOwned { channel_id, maximum_target }
    0x22 SetCustomMiningJob SetCustomMiningJobOwned { channel_id, request_id, token = "mining_job_token", version, prev_hash,
        min_ntime, nbits, coinbase_tx_version, coinbase_prefix,
        coinbase_tx_input_n_sequence = "coinbase_tx_input_nSequence", coinbase_tx_outputs, coinbase_tx_locktime,
        merkle_path }
    0x23 SetCustomMiningJobSuccess SetCustomMiningJobSuccessOwned { channel_id, request_id, job_id }
    0x24 SetCustomMiningJobError SetCustomMiningJobErrorOwned { channel_id, request_id, error_code }
    0x25 SetGroupChannel SetGroupChannelOwned { group_channel_id, channel_ids }
}

table! { JobDeclarationOwned, job_declaration_sv2:
    0x50 AllocateMiningJobToken AllocateMiningJobTokenOwned { user_identifier, request_id }
    0x51 AllocateMiningJobTokenSuccess AllocateMiningJobTokenSuccessOwned { request_id, mining_job_token,
        coinbase_outputs = "coinbase_tx_outputs" }
    0x55 ProvideMissingTransactions ProvideMissingTransactionsOwned { request_id, unknown_tx_position_list }
    0x56 ProvideMissingTransactionsSuccess ProvideMissingTransactionsSuccessOwned { request_id, transaction_list }
    0x57 DeclareMiningJob DeclareMiningJobOwned { request_id, mining_job_token, version, coinbase_tx_prefix,
        coinbase_tx_suffix, wtxid_list, excess_data }
    0x58 DeclareMiningJobSuccess DeclareMiningJobSuccessOwned { request_id, new_mining_job_token }
    0x59 DeclareMiningJobError DeclareMiningJobErrorOwned { request_id, error_code, error_details }
    0x60 PushSolution PushSolutionOwned { extranonce, prev_hash, nonce, ntime, nbits, version }
}

table! { TemplateDistributionOwned, template_distribution_sv2:
    0x70 CoinbaseOutputConstraints CoinbaseOutputConstraintsOwned { coinbase_output_max_additional_size,
        coinbase_output_max_additional_sigops }
    0x71 NewTemplate NewTemplateOwned { template_id, future_template, version, coinbase_tx_version, coinbase_prefix,
        coinbase_tx_input_sequence, coinbase_tx_value_remaining, coinbase_tx_outputs_count, coinbase_tx_outputs,
        coinbase_tx_locktime, merkle_path }
    0x72 SetNewPrevHash SetNewPrevHashOwned { template_id, prev_hash, header_timestamp, n_bits = "nBits", target }
    0x73 RequestTransactionData RequestTransactionDataOwned { template_id }
    0x74 RequestTransactionDataSuccess RequestTransactionDataSuccessOwned { template_id, excess_data, transaction_list }
    0x75 RequestTransactionDataError RequestTransactionDataErrorOwned { template_id, error_code }
    0x76 SubmitSolution SubmitSolutionOwned { template_id, version, header_timestamp, header_nonce, coinbase_tx }
}

table! { ExtensionsNegotiationOwned, extensions_sv2:
    0x00 RequestExtensions RequestExtensionsOwned { request_id, requested_extensions }
    0x01 RequestExtensionsSuccess RequestExtensionsSuccessOwned { request_id, supported_extensions }
    0x02 RequestExtensionsError RequestExtensionsErrorOwned { request_id, unsupported_extensions, required_extensions }
}

/// The fields of a message by the names of the specification.
pub fn fields(message: &AnyMessageOwned) -> Fields {
    match message {
        AnyMessageOwned::Common(message) => message.fields(),
        AnyMessageOwned::Mining(message) => message.fields(),
        AnyMessageOwned::JobDeclaration(message) => message.fields(),
        AnyMessageOwned::TemplateDistribution(message) => message.fields(),
        AnyMessageOwned::Extensions(ExtensionsOwned::ExtensionsNegotiation(message)) => message.fields(),
    }
}

/// Every message for test vectors.
pub fn examples(kind: Example, random: &mut StdRng) -> Vec<AnyMessageOwned> {
    let mut all: Vec<AnyMessageOwned> = Vec::new();
    all.extend(Table::examples(kind, random).into_iter().map(AnyMessageOwned::Common));
    all.extend(Table::examples(kind, random).into_iter().map(AnyMessageOwned::Mining));
    all.extend(Table::examples(kind, random).into_iter().map(AnyMessageOwned::JobDeclaration));
    all.extend(Table::examples(kind, random).into_iter().map(AnyMessageOwned::TemplateDistribution));
    let negotiation = Table::examples(kind, random).into_iter().map(ExtensionsOwned::ExtensionsNegotiation);
    all.extend(negotiation.map(AnyMessageOwned::Extensions));
    all
}

/// The message of these fields.
pub fn message(extension_type: u16, msg_type: u8, fields: &Fields) -> Result<AnyMessageOwned> {
    Ok(match (extension_type, msg_type) {
        (0, 0x00..=0x0f) => AnyMessageOwned::Common(Table::message(msg_type, fields)?),
        (0, 0x10..=0x4f) => AnyMessageOwned::Mining(Table::message(msg_type, fields)?),
        (0, 0x50..=0x6f) => AnyMessageOwned::JobDeclaration(Table::message(msg_type, fields)?),
        (0, _) => AnyMessageOwned::TemplateDistribution(Table::message(msg_type, fields)?),
        (1, _) => AnyMessageOwned::Extensions(ExtensionsOwned::ExtensionsNegotiation(Table::message(msg_type, fields)?)),
        _ => return Err("no such extension".into()),
    })
}

/// A frame with its message, and the bytes behind the last field.
pub struct Decoded {
    pub message: AnyMessageOwned,
    pub channel_msg: bool,
    pub trailing: Vec<u8>,
}

impl Decoded {
    /// The form of a frame vector, without its name and its frame.
    pub fn value(&self) -> Value {
        json!({
            "extension_type": self.message.extension_type(),
            "msg_type": self.message.message_type(),
            "channel_msg": self.channel_msg,
            "fields": fields(&self.message),
            "trailing": crate::fields::hex(&self.trailing),
        })
    }
}

/// Decodes one whole frame.
pub fn decode(frame: &[u8]) -> Result<Decoded> {
    let mut frame = SerializedFrame::from_bytes(frame.to_vec()).map_err(|hint| hint.to_string())?;
    let header = frame.header();
    let payload = frame.payload().to_vec();
    let message = AnyMessage::try_from((header, frame.payload())).map_err(|error| error.to_string())?;
    Ok(Decoded {
        trailing: payload[message.get_size()..].to_vec(),
        channel_msg: header.channel_msg(),
        message: message.into_owned(),
    })
}

/// The frame of a message.
pub fn encode(message: AnyMessageOwned) -> Result<Vec<u8>> {
    let frame = MessageFrame::try_from(message).map_err(|error| error.to_string())?;
    let mut bytes = vec![0; frame.encoded_length()];
    frame.encode_into(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}
