//! What Alexa has a device do.

use super::{ErrorType, OwnError, Property, PropertyName, Reply, Timestamp};
use crate::interface::{Instance, Interface, Received, Refusal, Written, alexas, each_interface};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Why a directive is no command.
#[derive(Clone, Debug, PartialEq)]
pub struct NoCommand {
    /// What to tell Alexa.
    pub error: ErrorType,
    /// What to tell people.
    pub why: String,
}

impl fmt::Display for NoCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

macro_rules! commands {
    ($($(#[$doc:meta])* $interface:ident: $type:path,)+) => {
        /// What Alexa has a device do, with values in range: by its interface, a directive of that interface.
        ///
        /// ```
        /// use alexa_patterns::message::{Command, Power, Property};
        ///
        /// let command = Command::Power(Power::On);
        /// assert_eq!(command.name(), ("Alexa.PowerController", "TurnOn"));
        /// assert_eq!(command.expected(), [Property::Power(Power::On)]);
        /// ```
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(try_from = "Envelope", into = "Envelope")]
        pub enum Command {
            $($(#[$doc])* $interface(<$type as Interface>::Directive),)+
        }

        impl Command {
            /// The interface, as in `Alexa.PowerController`.
            pub fn interface(&self) -> &'static str {
                match self {
                    $(Command::$interface(_) => <$type>::NAME,)+
                }
            }

            fn written(&self) -> Written {
                match self {
                    $(Command::$interface(directive) => <$type>::write(directive),)+
                }
            }

            fn of(namespace: &str, received: &Received<'_>) -> Result<Command, NoCommand> {
                let command = match namespace {
                    $(<$type>::NAME => {
                        let read = <$type>::read(received).map_err(|refusal| {
                            no_command(refusal, OwnError::$interface)
                        });
                        read?.map(Command::$interface)
                    })+
                    _ => None,
                };
                command.ok_or_else(|| unknown(namespace))
            }

            /// The properties of a device that has done it; none where that depends on how it was before.
            ///
            /// ```
            /// use alexa_patterns::message::{ColorTemperatureCommand, Command, Power, Property};
            ///
            /// assert_eq!(Command::Power(Power::On).expected(), [Property::Power(Power::On)]);
            /// let warmer = Command::ColorTemperature(ColorTemperatureCommand::Decrease);
            /// assert!(warmer.expected().is_empty());
            /// ```
            pub fn expected(&self) -> Vec<Property> {
                match self {
                    $(Command::$interface(directive) => {
                        let expected = <$type>::expected(directive);
                        expected.into_iter().map(Property::$interface).collect()
                    })+
                }
            }

            /// The properties that it may change: what is new of a device that has done it.
            pub fn changes(&self) -> Vec<PropertyName> {
                match self {
                    $(Command::$interface(directive) => <$type>::changes(directive),)+
                }
            }

            /// The same without what is nobody's business once it is carried out, such as a PIN.
            #[must_use]
            #[expect(unreachable_code, reason = "some interfaces have no directive")]
            pub fn without_secrets(&self) -> Command {
                match self {
                    $(Command::$interface(directive) => {
                        Command::$interface(<$type>::without_secrets(directive))
                    })+
                }
            }

            /// Whether Alexa waits longer for it: so it does for locks.
            pub fn is_slow(&self) -> bool {
                match self {
                    $(Command::$interface(_) => <$type>::IS_SLOW,)+
                }
            }

            /// Whether nobody is worse off for believing too early that it was carried out.
            pub fn may_be_promised(&self) -> bool {
                match self {
                    $(Command::$interface(_) => <$type>::MAY_BE_PROMISED,)+
                }
            }

            /// What its interface answers in its own words when a device has done it; none if that is
            /// `Alexa` `Response`, or the manufacturer has to say it ([`Command::needs_reply`]).
            pub fn reply(&self, now: Timestamp) -> Option<Reply> {
                match self {
                    $(Command::$interface(directive) => {
                        <$type>::reply(directive, now).map(Reply::$interface)
                    })+
                }
            }

            /// Whether the answer has to be in the interface's own words.
            pub fn needs_reply(&self) -> bool {
                match self {
                    $(Command::$interface(directive) => <$type>::needs_reply(directive),)+
                }
            }
        }
    };
}

each_interface!(commands);

/// A command as its directive has it.
#[derive(Serialize, Deserialize)]
struct Envelope {
    namespace: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<Instance>,
    payload: Value,
}

impl Command {
    /// Interface and directive, as in `("Alexa.PowerController", "TurnOn")`.
    pub fn name(&self) -> (&'static str, &'static str) {
        (self.interface(), self.written().name)
    }

    /// Of several interfaces of the device that are alike, which it is about.
    pub fn instance(&self) -> Option<Instance> {
        self.written().instance
    }

    /// The payload as Alexa writes it.
    pub fn payload(&self) -> Value {
        self.written().payload
    }

    /// The command of a directive.
    ///
    /// # Errors
    /// [`NoCommand`], with what to tell Alexa: the range of a value outside it, what the interface calls it,
    /// or else that the directive is invalid.
    pub fn parse(
        namespace: &str,
        name: &str,
        instance: Option<&Instance>,
        payload: &Value,
    ) -> Result<Command, NoCommand> {
        Command::of(namespace, &Received { name, instance, payload })
    }
}

fn no_command<E>(refusal: Refusal<E>, own: fn(E) -> OwnError) -> NoCommand {
    match refusal {
        Refusal::Invalid(why) => NoCommand { error: ErrorType::InvalidDirective, why },
        Refusal::OutOfRange(range, why) => {
            let error = ErrorType::ValueOutOfRange { valid: Some((range.minimum, range.maximum)) };
            NoCommand { error, why }
        }
        Refusal::TemperatureOutOfRange(why) => {
            NoCommand { error: ErrorType::TemperatureValueOutOfRange { valid: None }, why }
        }
        Refusal::InvalidValue(why) => NoCommand { error: ErrorType::InvalidValue, why },
        Refusal::Own(error, why) => NoCommand { error: ErrorType::Own(own(error)), why },
    }
}

/// That there is no such directive here; an interface of Alexa's is named, and nothing else that was sent.
fn unknown(namespace: &str) -> NoCommand {
    let why = match alexas(namespace) {
        Some(interface) => format!("this skill has no such directive of `{interface}`"),
        None => "no interface of this skill has such a directive".to_owned(),
    };
    NoCommand { error: ErrorType::InvalidDirective, why }
}

impl From<Command> for Envelope {
    fn from(command: Command) -> Envelope {
        let Written { name, instance, payload } = command.written();
        Envelope {
            namespace: command.interface().to_owned(),
            name: name.to_owned(),
            instance,
            payload,
        }
    }
}

impl TryFrom<Envelope> for Command {
    type Error = NoCommand;

    fn try_from(envelope: Envelope) -> Result<Command, NoCommand> {
        let Envelope { namespace, name, instance, payload } = envelope;
        Command::parse(&namespace, &name, instance.as_ref(), &payload)
    }
}
