//! What can go wrong, as Alexa tells it apart.

use super::Temperature;
use crate::interface::{Interface, each_interface};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What went wrong, with all that Alexa's schema wants to know of it; the type and not the message
/// decides what Alexa says.
///
/// It is closed: what a skill sends about a device is one of these. A grant that fails is
/// [`EventBody::AcceptGrantFailed`](super::EventBody::AcceptGrantFailed).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum ErrorType {
    /// The device is doing it already.
    AlreadyInOperation,
    /// The hub cannot be reached.
    BridgeUnreachable,
    /// The device takes no commands from the cloud.
    CloudControlDisabled,
    /// The device is doing something else.
    EndpointBusy,
    /// The device's battery is too low for it.
    EndpointLowPower {
        /// How full it is, in per cent.
        percentage: Option<f64>,
    },
    /// The device cannot be reached.
    EndpointUnreachable,
    /// The user's token has run out.
    ExpiredAuthorizationCredential,
    /// The device's firmware is too old for it.
    FirmwareOutOfDate,
    /// The device is broken.
    HardwareMalfunction,
    /// The user may not do this.
    InsufficientPermissions,
    /// Nothing better fits.
    InternalError,
    /// The user's token is no good.
    InvalidAuthorizationCredential,
    /// The skill does not support the directive, or it is malformed.
    InvalidDirective,
    /// A value is not one of those supported.
    InvalidValue,
    /// There is no such device, or no longer.
    NoSuchEndpoint,
    /// The device has not been calibrated.
    NotCalibrated,
    /// The device is not running.
    NotInOperation,
    /// The device cannot do this in the mode it is in.
    NotSupportedInCurrentMode {
        /// The mode.
        mode: DeviceMode,
    },
    /// The power level is not one of those supported.
    PowerLevelNotSupported,
    /// Too much was asked for.
    RateLimitExceeded,
    /// A temperature is out of range.
    TemperatureValueOutOfRange {
        /// The lowest and the highest that are supported.
        valid: Option<(Temperature, Temperature)>,
    },
    /// Too many wrong PINs.
    TooManyFailedAttempts,
    /// A number is out of range.
    ValueOutOfRange {
        /// The least and the most that are supported.
        valid: Option<(f64, f64)>,
    },
    /// What an interface says in its own words, as that a thermostat is off.
    Own(OwnError),
}

/// Why a device cannot do something for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeviceMode {
    /// It shows a colour.
    Color,
    /// It sleeps.
    Asleep,
    /// It has not been set up.
    NotProvisioned,
    /// Something else.
    Other,
}

/// The types that are a name and nothing else.
const NAMES: [(ErrorType, &str); 19] = [
    (ErrorType::AlreadyInOperation, "ALREADY_IN_OPERATION"),
    (ErrorType::BridgeUnreachable, "BRIDGE_UNREACHABLE"),
    (ErrorType::CloudControlDisabled, "CLOUD_CONTROL_DISABLED"),
    (ErrorType::EndpointBusy, "ENDPOINT_BUSY"),
    (ErrorType::EndpointUnreachable, "ENDPOINT_UNREACHABLE"),
    (ErrorType::ExpiredAuthorizationCredential, "EXPIRED_AUTHORIZATION_CREDENTIAL"),
    (ErrorType::FirmwareOutOfDate, "FIRMWARE_OUT_OF_DATE"),
    (ErrorType::HardwareMalfunction, "HARDWARE_MALFUNCTION"),
    (ErrorType::InsufficientPermissions, "INSUFFICIENT_PERMISSIONS"),
    (ErrorType::InternalError, "INTERNAL_ERROR"),
    (ErrorType::InvalidAuthorizationCredential, "INVALID_AUTHORIZATION_CREDENTIAL"),
    (ErrorType::InvalidDirective, "INVALID_DIRECTIVE"),
    (ErrorType::InvalidValue, "INVALID_VALUE"),
    (ErrorType::NoSuchEndpoint, "NO_SUCH_ENDPOINT"),
    (ErrorType::NotCalibrated, "NOT_CALIBRATED"),
    (ErrorType::NotInOperation, "NOT_IN_OPERATION"),
    (ErrorType::PowerLevelNotSupported, "POWER_LEVEL_NOT_SUPPORTED"),
    (ErrorType::RateLimitExceeded, "RATE_LIMIT_EXCEEDED"),
    (ErrorType::TooManyFailedAttempts, "TOO_MANY_FAILED_ATTEMPTS"),
];

impl ErrorType {
    /// The interface whose ErrorResponse has this type.
    ///
    /// ```
    /// use alexa_patterns::message::{ErrorType, OwnError, ThermostatError};
    ///
    /// assert_eq!(ErrorType::InternalError.namespace(), "Alexa");
    /// let off = ErrorType::Own(OwnError::Thermostat(ThermostatError::IsOff));
    /// assert_eq!(off.namespace(), "Alexa.ThermostatController");
    /// ```
    pub fn namespace(&self) -> &'static str {
        match self {
            ErrorType::Own(own) => own.interface(),
            _ => "Alexa",
        }
    }

    /// The type's name, as in `INTERNAL_ERROR`.
    pub fn name(&self) -> &'static str {
        match self {
            ErrorType::EndpointLowPower { .. } => "ENDPOINT_LOW_POWER",
            ErrorType::NotSupportedInCurrentMode { .. } => "NOT_SUPPORTED_IN_CURRENT_MODE",
            ErrorType::TemperatureValueOutOfRange { .. } => "TEMPERATURE_VALUE_OUT_OF_RANGE",
            ErrorType::ValueOutOfRange { .. } => "VALUE_OUT_OF_RANGE",
            ErrorType::Own(own) => own.written().0,
            other => NAMES.iter().find(|(known, _)| known == other).map_or("", |(_, name)| name),
        }
    }

    /// The payload of its ErrorResponse.
    pub(super) fn payload(&self, message: &str) -> Value {
        let mut payload = json!({ "type": self.name(), "message": message });
        let range = |minimum: Value, maximum: Value| json!({ "minimumValue": minimum, "maximumValue": maximum });
        match *self {
            // What is no number has no place in JSON, and goes unsaid.
            ErrorType::EndpointLowPower { percentage: Some(percentage) }
                if percentage.is_finite() =>
            {
                payload["percentageState"] = json!(percentage);
            }
            ErrorType::NotSupportedInCurrentMode { mode } => {
                payload["currentDeviceMode"] = json!(mode);
            }
            ErrorType::TemperatureValueOutOfRange { valid: Some((lowest, highest)) } => {
                payload["validRange"] = range(json!(lowest), json!(highest));
            }
            ErrorType::ValueOutOfRange { valid: Some((least, most)) }
                if least.is_finite() && most.is_finite() =>
            {
                payload["validRange"] = range(json!(least), json!(most));
            }
            ErrorType::Own(own) => {
                if let (_, Some((name, value))) = own.written() {
                    payload[name] = value;
                }
            }
            _ => {}
        }
        payload
    }

    /// The type that a payload has.
    pub(super) fn of_payload(payload: &Value) -> Option<ErrorType> {
        let range = &payload["validRange"];
        let number = |value: &Value| value.as_f64();
        let temperature = |value: &Value| Temperature::deserialize(value).ok();
        Some(match payload["type"].as_str()? {
            "ENDPOINT_LOW_POWER" => {
                ErrorType::EndpointLowPower { percentage: payload["percentageState"].as_f64() }
            }
            "NOT_SUPPORTED_IN_CURRENT_MODE" => ErrorType::NotSupportedInCurrentMode {
                mode: DeviceMode::deserialize(&payload["currentDeviceMode"]).ok()?,
            },
            "TEMPERATURE_VALUE_OUT_OF_RANGE" => ErrorType::TemperatureValueOutOfRange {
                valid: temperature(&range["minimumValue"]).zip(temperature(&range["maximumValue"])),
            },
            "VALUE_OUT_OF_RANGE" => ErrorType::ValueOutOfRange {
                valid: number(&range["minimumValue"]).zip(number(&range["maximumValue"])),
            },
            other => match NAMES.iter().find(|(_, name)| *name == other) {
                Some((error, _)) => *error,
                None => ErrorType::Own(OwnError::of_payload(payload)?),
            },
        })
    }
}

macro_rules! own_errors {
    ($($(#[$doc:meta])* $interface:ident: $type:path,)+) => {
        /// What can go wrong in the words of an interface of its own: by the interface.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum OwnError {
            $($(#[$doc])* $interface(<$type as Interface>::Error),)+
        }

        impl OwnError {
            fn interface(&self) -> &'static str {
                match self {
                    $(OwnError::$interface(_) => <$type>::NAME,)+
                }
            }

            fn written(&self) -> (&'static str, Option<(&'static str, Value)>) {
                match self {
                    $(OwnError::$interface(error) => <$type>::write_error(*error),)+
                }
            }

            fn of_payload(payload: &Value) -> Option<OwnError> {
                None$(.or_else(|| <$type>::read_error(payload).map(OwnError::$interface)))+
            }
        }
    };
}

each_interface!(own_errors);

impl From<ErrorType> for Value {
    fn from(error: ErrorType) -> Value {
        error.payload("")
    }
}

impl TryFrom<Value> for ErrorType {
    type Error = &'static str;

    fn try_from(payload: Value) -> Result<ErrorType, &'static str> {
        ErrorType::of_payload(&payload).ok_or("there is no such error type")
    }
}
