//! Directives and events go to text and come back as they were, and events are as Alexa's schema wants
//! them: what it rejects cannot be made.

use alexa_doubles::schema;
use alexa_patterns::message::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::num::NonZeroU32;

fn number(least: f64, most: f64) -> impl Strategy<Value = f64> {
    prop_oneof![Just(least), Just(most), least..=most]
}

fn temperature() -> impl Strategy<Value = Temperature> {
    let scale = prop_oneof![Just(Scale::Celsius), Just(Scale::Fahrenheit), Just(Scale::Kelvin)];
    (number(-100.0, 100.0), scale)
        .prop_map(|(value, scale)| Temperature::new(value, scale).expect("in range"))
}

fn color() -> impl Strategy<Value = Color> {
    (number(0.0, 360.0), number(0.0, 1.0), number(0.0, 1.0)).prop_map(
        |(hue, saturation, brightness)| Color::new(hue, saturation, brightness).expect("in range"),
    )
}

fn percent() -> impl Strategy<Value = Percent> {
    (0_i64..=100).prop_map(|number| Percent::new(number).expect("in range"))
}

fn kelvin() -> impl Strategy<Value = Kelvin> {
    (1_000_i64..=10_000).prop_map(|number| Kelvin::new(number).expect("in range"))
}

fn mode() -> impl Strategy<Value = ThermostatMode> {
    use ThermostatMode::{Auto, Cool, Eco, Heat, Off};
    proptest::sample::select(vec![Auto, Cool, Heat, Eco, Off])
}

fn delta() -> impl Strategy<Value = PercentDelta> {
    (-100_i64..=100).prop_map(|delta| PercentDelta::new(delta).expect("in range"))
}

fn decimal() -> impl Strategy<Value = Number> {
    prop_oneof![
        (-1000_i32..1000).prop_map(Number::whole),
        (-1e6..1e6_f64).prop_map(|number| { Number::new(number).expect("finite") })
    ]
}

fn instance() -> impl Strategy<Value = Instance> {
    ".{1,9}".prop_map(|text| Instance::new(text).expect("a text"))
}

fn mode_name() -> impl Strategy<Value = ModeName> {
    ".{1,9}".prop_map(|text| ModeName::new(text).expect("a text"))
}

fn power() -> impl Strategy<Value = Power> {
    proptest::sample::select(vec![Power::On, Power::Off])
}

fn channel() -> impl Strategy<Value = Channel> {
    (".{0,5}", prop::option::of(".{0,5}"), prop::option::of(".{0,5}")).prop_map(
        |(number, sign, affiliate)| Channel::new(Some(number), sign, affiliate).expect("a number"),
    )
}

fn input() -> impl Strategy<Value = InputName> {
    ".{1,9}".prop_map(|name| InputName::new(name).expect("a text"))
}

fn schedule() -> impl Strategy<Value = Schedule> {
    (any::<bool>(), "PT[1-9]H").prop_map(|(starts, duration)| {
        let start = starts.then(|| "2026-07-01T07:00:00Z".to_owned());
        Schedule::new(start, Some(duration)).expect("a schedule")
    })
}

fn range_change() -> impl Strategy<Value = RangeChange> {
    prop_oneof![
        decimal().prop_map(RangeChange::Set),
        (decimal(), any::<bool>())
            .prop_map(|(by, is_default)| RangeChange::Adjust { by, is_default }),
    ]
}

fn mode_change() -> impl Strategy<Value = ModeChange> {
    prop_oneof![mode_name().prop_map(ModeChange::Set), any::<i32>().prop_map(ModeChange::Adjust)]
}

fn playback_command() -> impl Strategy<Value = PlaybackCommand> {
    use PlaybackCommand::*;
    let all = vec![FastForward, Next, Pause, Play, Previous, Rewind, StartOver, Stop];
    proptest::sample::select(all)
}

fn stream() -> impl Strategy<Value = StreamKind> {
    use AudioCodec::{Aac, G711};
    (1_u16.., 1_u16.., proptest::sample::select(vec![Aac, G711, AudioCodec::None])).prop_map(
        |(width, height, audio_codec)| StreamKind {
            protocol: StreamProtocol::Rtsp,
            resolution: Resolution {
                width: width.try_into().expect("not 0"),
                height: height.try_into().expect("not 0"),
            },
            authorization_type: StreamAuthorization::Digest,
            video_codec: VideoCodec::H264,
            audio_codec,
        },
    )
}

fn arm_state() -> impl Strategy<Value = ArmState> {
    use ArmState::{ArmedAway, ArmedNight, ArmedStay};
    proptest::sample::select(vec![ArmedAway, ArmedNight, ArmedStay])
}

/// The directives of the interfaces that are not about lights, thermostats and locks.
fn other_command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (instance(), range_change())
            .prop_map(|(instance, change)| Command::Range(RangeCommand { instance, change })),
        (instance(), mode_change())
            .prop_map(|(instance, change)| Command::Mode(ModeCommand { instance, change })),
        (instance(), power())
            .prop_map(|(instance, state)| Command::Toggle(ToggleState { instance, state })),
        proptest::sample::select(vec![SceneCommand::Activate, SceneCommand::Deactivate])
            .prop_map(Command::Scene),
        percent().prop_map(|to| Command::Percentage(PercentageCommand::Set(to))),
        delta().prop_map(|by| Command::Percentage(PercentageCommand::Adjust(by))),
        percent().prop_map(|to| Command::PowerLevel(PowerLevelCommand::Set(to))),
        delta().prop_map(|by| Command::PowerLevel(PowerLevelCommand::Adjust(by))),
        percent().prop_map(|to| Command::Speaker(SpeakerCommand::SetVolume(to))),
        any::<bool>().prop_map(|mute| Command::Speaker(SpeakerCommand::SetMute(mute))),
        (delta(), any::<bool>()).prop_map(|(by, is_default)| {
            Command::Speaker(SpeakerCommand::AdjustVolume { by, is_default })
        }),
        any::<bool>().prop_map(|mute| Command::StepSpeaker(StepSpeakerCommand::SetMute(mute))),
        (delta(), any::<bool>()).prop_map(|(steps, is_default)| {
            Command::StepSpeaker(StepSpeakerCommand::AdjustVolume { steps, is_default })
        }),
        playback_command().prop_map(Command::Playback),
        input().prop_map(Command::Input),
        (channel(), prop::option::of(".{0,5}")).prop_map(|(channel, name)| {
            Command::Channel(ChannelCommand::Change { channel: Some(channel), name })
        }),
        ".{0,5}".prop_map(|name| {
            Command::Channel(ChannelCommand::Change { channel: None, name: Some(name) })
        }),
        any::<i32>().prop_map(|by| Command::Channel(ChannelCommand::Skip(by))),
        (arm_state(), any::<bool>(), any::<bool>()).prop_map(|(state, bypass, instant)| {
            Command::SecurityPanel(SecurityPanelCommand::Arm { state, bypass, instant })
        }),
        prop::option::of("[0-9]{4}").prop_map(|pin| {
            Command::SecurityPanel(SecurityPanelCommand::Disarm { pin: pin.map(secret) })
        }),
        (".{1,9}", ".{1,9}").prop_map(|(session, offer)| {
            Command::RtcSession(RtcCommand::Initiate { session, offer: secret(offer) })
        }),
        ".{1,9}".prop_map(|session| Command::RtcSession(RtcCommand::Connected { session })),
        ".{1,9}".prop_map(|session| Command::RtcSession(RtcCommand::Disconnected { session })),
        prop::collection::vec(stream(), 1..3)
            .prop_map(|streams| Command::CameraStream(InitializeCameraStreams(streams))),
        (temperature(), schedule()).prop_map(|(target, schedule)| {
            let set_points = SetPoints::Single { target };
            Command::Thermostat(ThermostatCommand::SetForAWhile(set_points, schedule))
        }),
    ]
}

fn set_points(set_points: SetPoints) -> Command {
    Command::Thermostat(ThermostatCommand::SetTargetTemperature(set_points))
}

fn command() -> impl Strategy<Value = Command> {
    let temperatures = || (temperature(), temperature(), temperature());
    let usual = prop_oneof![
        proptest::sample::select(vec![
            Command::Power(Power::On),
            Command::Power(Power::Off),
            Command::ColorTemperature(ColorTemperatureCommand::Increase),
            Command::ColorTemperature(ColorTemperatureCommand::Decrease),
            Command::Thermostat(ThermostatCommand::ResumeSchedule),
            Command::Lock(LockCommand::Lock),
            Command::Lock(LockCommand::Unlock),
        ]),
        percent().prop_map(|to| Command::Brightness(BrightnessCommand::Set(to))),
        (-100_i64..=100).prop_map(|delta| {
            let delta = PercentDelta::new(delta).expect("in range");
            Command::Brightness(BrightnessCommand::Adjust(delta))
        }),
        color().prop_map(Command::Color),
        kelvin().prop_map(|to| Command::ColorTemperature(ColorTemperatureCommand::Set(to))),
        temperature().prop_map(|target| set_points(SetPoints::Single { target })),
        temperatures().prop_map(|(lower, upper, _)| set_points(SetPoints::Dual { lower, upper })),
        temperatures().prop_map(|(target, lower, upper)| {
            set_points(SetPoints::Triple { target, lower, upper })
        }),
        temperature()
            .prop_map(|by| Command::Thermostat(ThermostatCommand::AdjustTargetTemperature(by))),
        mode().prop_map(|mode| Command::Thermostat(ThermostatCommand::SetMode(mode))),
    ];
    prop_oneof![usual, other_command()]
}

fn endpoint() -> impl Strategy<Value = EndpointId> {
    prop_oneof!["[a-zA-Z0-9._=#;:?@&-]{1,40}", "[a-zA-Z0-9._=#;:?@&-]{256}"]
        .prop_map(|text| EndpointId::new(text).expect("it fits"))
}

fn message_id() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9-]{1,40}", "[a-zA-Z0-9-]{127}"]
}

fn secret(text: impl Into<String>) -> Token {
    Token::new(text).expect("a text")
}

fn target() -> impl Strategy<Value = Target> {
    let cookie = prop::collection::btree_map("[a-z]{1,5}", ".{0,5}", 0..3);
    (endpoint(), ".{1,9}", ".{1,9}", cookie).prop_map(|(endpoint, token, correlation, cookie)| {
        let correlation = CorrelationToken::new(correlation).expect("a text");
        Target { endpoint, token: secret(token), correlation, cookie }
    })
}

fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        (".{1,9}", ".{1,9}").prop_map(|(code, grantee)| Request::AcceptGrant {
            code: secret(code),
            grantee: secret(grantee),
        }),
        ".{1,9}".prop_map(|token| Request::Discover { token: secret(token) }),
        target().prop_map(Request::ReportState),
        (target(), command()).prop_map(|(target, command)| Request::Control(target, command)),
    ]
}

fn property() -> impl Strategy<Value = Property> {
    use LockState::{Jammed, Locked, Unlocked};
    let usual = prop_oneof![
        proptest::sample::select(vec![Power::On, Power::Off]).prop_map(Property::Power),
        percent().prop_map(Property::Brightness),
        color().prop_map(Property::Color),
        kelvin().prop_map(Property::ColorTemperature),
        temperature().prop_map(|it| Property::Thermostat(ThermostatProperty::TargetSetpoint(it))),
        temperature().prop_map(|it| Property::Thermostat(ThermostatProperty::LowerSetpoint(it))),
        temperature().prop_map(|it| Property::Thermostat(ThermostatProperty::UpperSetpoint(it))),
        mode().prop_map(|it| Property::Thermostat(ThermostatProperty::Mode(it))),
        proptest::sample::select(vec![Locked, Unlocked, Jammed]).prop_map(Property::Lock),
        temperature().prop_map(Property::Temperature),
        proptest::sample::select(vec![Connectivity::Ok, Connectivity::Unreachable])
            .prop_map(Property::Connectivity),
    ];
    let detection = || proptest::sample::select(vec![Detection::Detected, Detection::NotDetected]);
    let alarm = || proptest::sample::select(vec![Alarm::Ok, Alarm::Alarm]);
    let others = prop_oneof![
        (instance(), decimal())
            .prop_map(|(instance, value)| Property::Range(RangeValue { instance, value })),
        (instance(), mode_name())
            .prop_map(|(instance, mode)| Property::Mode(ModeValue { instance, mode })),
        (instance(), power())
            .prop_map(|(instance, state)| Property::Toggle(ToggleState { instance, state })),
        detection().prop_map(Property::Contact),
        detection().prop_map(Property::Motion),
        percent().prop_map(Property::Percentage),
        percent().prop_map(Property::PowerLevel),
        percent().prop_map(|volume| Property::Speaker(SpeakerProperty::Volume(volume))),
        any::<bool>().prop_map(|muted| Property::Speaker(SpeakerProperty::Muted(muted))),
        input().prop_map(Property::Input),
        channel().prop_map(Property::Channel),
        arm_state().prop_map(|it| Property::SecurityPanel(SecurityPanelProperty::Arm(it))),
        alarm().prop_map(|it| Property::SecurityPanel(SecurityPanelProperty::Burglary(it))),
        alarm().prop_map(|it| Property::SecurityPanel(SecurityPanelProperty::CarbonMonoxide(it))),
        alarm().prop_map(|it| Property::SecurityPanel(SecurityPanelProperty::Fire(it))),
        alarm().prop_map(|it| Property::SecurityPanel(SecurityPanelProperty::Water(it))),
    ];
    prop_oneof![usual, others]
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![any::<u64>(), 0..4_102_444_800_000_u64].prop_map(Timestamp::from_milliseconds)
}

fn state() -> impl Strategy<Value = State> {
    let sample = (property(), time(), any::<u32>())
        .prop_map(|(property, time, uncertainty)| Sample { property, time, uncertainty });
    prop::collection::vec(sample, 0..14).prop_map(State::from)
}

/// A state that says whether the device can be reached, as a StateReport must.
fn connected() -> impl Strategy<Value = State> {
    (state(), time()).prop_map(|(state, time)| {
        let property = Property::Connectivity(Connectivity::Ok);
        state.or(Sample { property, time, uncertainty: 0 })
    })
}

fn thermostat_error(error: ThermostatError) -> ErrorType {
    ErrorType::Own(OwnError::Thermostat(error))
}

fn error() -> impl Strategy<Value = ErrorType> {
    use ErrorType::*;
    let plain = vec![
        AlreadyInOperation,
        BridgeUnreachable,
        CloudControlDisabled,
        EndpointBusy,
        EndpointUnreachable,
        ExpiredAuthorizationCredential,
        FirmwareOutOfDate,
        HardwareMalfunction,
        InsufficientPermissions,
        InternalError,
        InvalidAuthorizationCredential,
        InvalidDirective,
        InvalidValue,
        NoSuchEndpoint,
        NotCalibrated,
        NotInOperation,
        PowerLevelNotSupported,
        RateLimitExceeded,
        TooManyFailedAttempts,
        thermostat_error(ThermostatError::IsOff),
        thermostat_error(ThermostatError::UnsupportedMode),
        thermostat_error(ThermostatError::DualSetpointsUnsupported),
        thermostat_error(ThermostatError::TripleSetpointsUnsupported),
        thermostat_error(ThermostatError::UnwillingToSetSchedule),
        thermostat_error(ThermostatError::UnwillingToSetValue),
        Own(OwnError::SecurityPanel(SecurityPanelError::AuthorizationRequired)),
        Own(OwnError::SecurityPanel(SecurityPanelError::BypassNeeded)),
        Own(OwnError::SecurityPanel(SecurityPanelError::NotReady)),
        Own(OwnError::SecurityPanel(SecurityPanelError::Unauthorized)),
        Own(OwnError::SecurityPanel(SecurityPanelError::UnclearedAlarm)),
        Own(OwnError::SecurityPanel(SecurityPanelError::UnclearedTrouble)),
    ];
    let finite = || -1e9..1e9_f64;
    use DeviceMode::{Asleep, Color, NotProvisioned, Other};
    prop_oneof![
        4 => proptest::sample::select(plain),
        1 => prop::option::of(finite()).prop_map(|percentage| EndpointLowPower { percentage }),
        1 => prop::option::of((finite(), finite())).prop_map(|valid| ValueOutOfRange { valid }),
        1 => prop::option::of((temperature(), temperature()))
            .prop_map(|valid| TemperatureValueOutOfRange { valid }),
        1 => temperature().prop_map(|minimum| {
            thermostat_error(ThermostatError::SetpointsTooClose { minimum })
        }),
        1 => proptest::sample::select(vec![Color, Asleep, NotProvisioned, Other])
            .prop_map(|mode| NotSupportedInCurrentMode { mode }),
    ]
}

fn names() -> impl Strategy<Value = Names> {
    let name = || {
        prop_oneof![
            "[A-Za-z.]{1,20}".prop_map(|id| Name::Asset(Asset::new(id).expect("an id"))),
            (".{1,9}", proptest::sample::select(vec![Locale::EnUs, Locale::DeDe, Locale::PtBr]))
                .prop_map(|(text, locale)| {
                    Name::Text(SpokenText::new(text).expect("a text"), locale)
                }),
        ]
    };
    (name(), prop::collection::vec(name(), 0..3))
        .prop_map(|(first, others)| others.into_iter().fold(Names::from(first), Names::and))
}

fn range() -> impl Strategy<Value = Range> {
    let means = || {
        Semantics::new()
            .action([Action::Open, Action::Raise], RangeChange::Set(Number::whole(10)))
            .action(
                [Action::Close],
                RangeChange::Adjust { by: Number::whole(-3), is_default: false },
            )
            .posture([Posture::Closed], RangeMeaning::Is(Number::whole(0)))
            .posture([Posture::Open], RangeMeaning::Between(Number::whole(1), Number::whole(10)))
    };
    (instance(), names(), names(), any::<(bool, bool, bool)>(), 0_i32..5).prop_map(
        move |(instance, names, preset, (in_unit, has_meaning, measured), value)| {
            let number = Number::whole;
            let range = Range::new(instance, names, number(0), number(10), number(1));
            let range = range.expect("a range").preset(number(value), preset).expect("in range");
            let unit = Unit::new("Alexa.Unit.Percent").expect("a unit");
            let range = if in_unit { range.in_unit(unit) } else { range };
            let range = if has_meaning { range.meaning(means()) } else { range };
            if measured { range.measured() } else { range }
        },
    )
}

fn modes() -> impl Strategy<Value = Modes> {
    let all = prop::collection::vec((mode_name(), names()), 1..4);
    (instance(), names(), all, any::<(bool, bool, bool)>()).prop_map(
        |(instance, names, all, (ordered, has_meaning, measured))| {
            let first = all[0].0.clone();
            let modes = Modes::new(instance, names);
            let modes = all.into_iter().fold(modes, |modes, (mode, names)| modes.mode(mode, names));
            let modes = if ordered { modes.in_order() } else { modes };
            let means = Semantics::new()
                .action([Action::Open], ModeChange::Set(first.clone()))
                .action([Action::Lower], ModeChange::Adjust(-1))
                .posture([Posture::Open], first);
            let modes = if has_meaning { modes.meaning(means) } else { modes };
            if measured { modes.measured() } else { modes }
        },
    )
}

fn other_capability() -> impl Strategy<Value = Capability> {
    let toggle = (instance(), names(), any::<(bool, bool)>()).prop_map(
        |(instance, names, (has_meaning, measured))| {
            let means = Semantics::new()
                .action([Action::Open], Power::On)
                .posture([Posture::Closed], Power::Off);
            let toggle = Toggle::new(instance, names);
            let toggle = if has_meaning { toggle.meaning(means) } else { toggle };
            if measured { toggle.measured() } else { toggle }
        },
    );
    let panel = (
        prop::collection::btree_set(arm_state(), 1..4),
        prop::collection::btree_set(
            proptest::sample::select(vec![AlarmKind::Burglary, AlarmKind::Fire, AlarmKind::Water]),
            0..3,
        ),
        any::<bool>(),
    )
        .prop_map(|(arm_states, alarms, takes_pins)| {
            Capability::SecurityPanel(SecurityPanel { arm_states, alarms, takes_pins })
        });
    let configuration = || StreamConfiguration {
        protocols: vec![StreamProtocol::Rtsp],
        resolutions: vec![Resolution {
            width: 1_280.try_into().expect("not 0"),
            height: 720.try_into().expect("not 0"),
        }],
        authorization_types: vec![StreamAuthorization::None],
        video_codecs: vec![VideoCodec::H264],
        audio_codecs: vec![AudioCodec::Aac],
    };
    prop_oneof![
        range().prop_map(Capability::Range),
        modes().prop_map(Capability::Mode),
        toggle.prop_map(Capability::Toggle),
        proptest::sample::select(vec![
            Capability::Contact(Plain),
            Capability::Motion(Plain),
            Capability::Percentage(Plain),
            Capability::PowerLevel(Plain),
            Capability::Speaker(Plain),
            Capability::StepSpeaker(Plain),
            Capability::Channel(Plain),
            Capability::Doorbell(Plain),
        ]),
        any::<bool>().prop_map(|ends| Capability::Scene(Scene { ends })),
        any::<bool>()
            .prop_map(|is_full_duplex| Capability::RtcSession(RtcSession { is_full_duplex })),
        prop::collection::btree_set(playback_command(), 0..4)
            .prop_map(|operations| Capability::Playback(Playback { operations })),
        prop::collection::vec(input(), 0..3).prop_map(|names| Capability::Input(Inputs { names })),
        Just(()).prop_map(move |()| {
            Capability::CameraStream(CameraStreams { configurations: vec![configuration()] })
        }),
        panel,
    ]
}

fn capability() -> impl Strategy<Value = Capability> {
    use SetPointCount::{One, Three, Two};
    let thermostat = (
        proptest::sample::select(vec![One, Two, Three]),
        prop::collection::btree_set(mode(), 0..5),
        any::<bool>(),
    );
    let usual = prop_oneof![
        proptest::sample::select(vec![
            Capability::Power(Plain),
            Capability::Brightness(Plain),
            Capability::Color(Plain),
            Capability::ColorTemperature(Plain),
            Capability::Lock(Plain),
            Capability::Temperature(Plain),
        ]),
        thermostat.prop_map(|(set_points, modes, scheduling)| {
            Capability::Thermostat(Thermostat { set_points, modes, scheduling })
        }),
    ];
    prop_oneof![usual, other_capability()]
}

const CATEGORIES: [Category; 34] = {
    use Category::*;
    [
        ActivityTrigger,
        Camera,
        Computer,
        ContactSensor,
        Door,
        Doorbell,
        ExteriorBlind,
        Fan,
        GameConsole,
        GarageDoor,
        InteriorBlind,
        Laptop,
        Light,
        Microwave,
        MobilePhone,
        MotionSensor,
        MusicSystem,
        NetworkHardware,
        Other,
        Oven,
        Phone,
        SceneTrigger,
        Screen,
        SecurityPanel,
        Smartlock,
        Smartplug,
        Speaker,
        StreamingDevice,
        Switch,
        Tablet,
        TemperatureSensor,
        Thermostat,
        Tv,
        Wearable,
    ]
};

fn device() -> impl Strategy<Value = DiscoveredDevice> {
    let label = || ".{0,200}".prop_map(|text| Label::cut(&text));
    let category = || proptest::sample::select(CATEGORIES.to_vec());
    let labels = (label(), label(), label());
    let others = prop::collection::vec(category(), 0..4);
    let capabilities = prop::collection::vec(capability(), 0..8);
    let cookie = prop::collection::btree_map("[a-z]{1,5}", ".{0,5}", 0..3)
        .prop_map(|cookie| Cookie::new(cookie).expect("it is short"));
    let attributes =
        (prop::option::of(".{0,9}"), prop::option::of(".{256}")).prop_map(|(model, serial)| {
            let attribute = |text: String| Attribute::new(text).expect("short");
            Attributes {
                model: model.map(attribute),
                serial_number: serial.map(attribute),
                ..Attributes::default()
            }
        });
    let connection =
        ".{0,9}".prop_map(|text| Connection::Zwave { home_id: text.clone(), node_id: text });
    let more = (attributes, prop::collection::vec(connection, 0..2));
    (endpoint(), labels, category(), others, capabilities, (cookie, more), any::<bool>()).prop_map(
        |(
            endpoint,
            (name, manufacturer, description),
            category,
            others,
            capabilities,
            (cookie, (attributes, connections)),
            reported,
        )| {
            let others = others.into_iter().filter(move |other| *other != category);
            DiscoveredDevice::builder()
                .endpoint(endpoint)
                .name(name)
                .manufacturer(manufacturer)
                .description(description)
                .category(category)
                .other_categories(others)
                .capabilities(capabilities)
                .cookie(cookie)
                .attributes(attributes)
                .connections(connections)
                .build()
                .reported(reported)
        },
    )
}

/// Any devices, also ones of the same id, and more than Alexa takes.
fn devices() -> impl Strategy<Value = Devices> {
    let few = (prop::collection::vec(device(), 0..4), any::<bool>()).prop_map(|(all, twice)| {
        let again = if twice { all.clone() } else { Vec::new() };
        all.into_iter().chain(again).collect()
    });
    let many = device().prop_map(|device| {
        let numbered = |number: usize| {
            let mut json = serde_json::to_value(&device).expect("JSON");
            json["endpointId"] = format!("lamp-{number}").into();
            serde_json::from_value::<DiscoveredDevice>(json).expect("a device")
        };
        (0..301).map(numbered).collect()
    });
    prop_oneof![40 => few, 1 => many]
}

fn reply() -> impl Strategy<Value = Reply> {
    let scene = (any::<bool>(), time()).prop_map(|(activates, time)| {
        let what = if activates { SceneCommand::Activate } else { SceneCommand::Deactivate };
        Reply::Scene(SceneStarted { what, cause: Cause::VoiceInteraction, time })
    });
    let started = (prop::collection::vec(stream(), 1..3), prop::option::of(time())).prop_map(
        |(kinds, expiration_time)| {
            let stream = |kind| CameraStream {
                uri: "rtsp://example.com/1".to_owned(),
                expiration_time,
                idle_timeout_seconds: NonZeroU32::new(30),
                kind,
            };
            Reply::CameraStream(CameraStreamsStarted {
                camera_streams: kinds.into_iter().map(stream).collect(),
                image_uri: "https://example.com/1.jpg".to_owned(),
            })
        },
    );
    prop_oneof![
        scene,
        started,
        prop::option::of(any::<u8>())
            .prop_map(|exit_delay| Reply::SecurityPanel(Armed { exit_delay })),
        ".{1,9}".prop_map(|answer| Reply::RtcSession(RtcReply::Answer(secret(answer)))),
        ".{0,9}".prop_map(|session| Reply::RtcSession(RtcReply::Connected { session })),
        ".{0,9}".prop_map(|session| Reply::RtcSession(RtcReply::Disconnected { session })),
    ]
}

fn body() -> impl Strategy<Value = EventBody> {
    use Cause::*;
    let causes =
        vec![AppInteraction, PhysicalInteraction, PeriodicPoll, RuleTrigger, VoiceInteraction];
    let correlation = || ".{1,9}".prop_map(|text| CorrelationToken::new(text).expect("a text"));
    prop_oneof![
        (correlation(), endpoint(), state()).prop_map(|(correlation, endpoint, state)| {
            EventBody::Response { correlation, endpoint, state }
        }),
        (correlation(), endpoint(), connected()).prop_map(|(correlation, endpoint, state)| {
            EventBody::StateReport { correlation, endpoint, state }
        }),
        (correlation(), prop::option::of(1_u32..)).prop_map(|(correlation, seconds)| {
            let seconds = seconds.and_then(NonZeroU32::new);
            EventBody::DeferredResponse { correlation, seconds }
        }),
        (prop::option::of(correlation()), prop::option::of(endpoint()), error(), ".{0,20}")
            .prop_map(|(correlation, endpoint, error, message)| EventBody::ErrorResponse {
                correlation,
                endpoint,
                error,
                message,
            }),
        (endpoint(), proptest::sample::select(causes), state(), state()).prop_map(
            |(endpoint, cause, changed, unchanged)| EventBody::ChangeReport {
                endpoint,
                cause,
                changed,
                unchanged,
            }
        ),
        devices().prop_map(|devices| EventBody::DiscoverResponse { devices }),
        devices().prop_map(|devices| EventBody::AddOrUpdateReport { devices }),
        prop::collection::btree_set(endpoint(), 0..4)
            .prop_map(|endpoints| EventBody::DeleteReport { endpoints }),
        (endpoint(), time()).prop_map(|(endpoint, time)| EventBody::DoorbellPress {
            endpoint,
            cause: PhysicalInteraction,
            time: time.to_the_second(),
        }),
        (correlation(), endpoint(), state(), reply()).prop_map(
            |(correlation, endpoint, state, reply)| EventBody::Replied {
                correlation,
                endpoint,
                state,
                reply,
            }
        ),
        Just(EventBody::AcceptGrantResponse),
        ".{0,20}".prop_map(|message| EventBody::AcceptGrantFailed { message }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_directive_comes_back_as_it_was(message_id in message_id(), request in request()) {
        let directive = Directive { message_id, request };
        let text = serde_json::to_string(&directive).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Directive>(&text).expect("a directive"), directive);
    }

    #[test]
    fn a_command_comes_back_as_it_was(command in command()) {
        let text = serde_json::to_string(&command).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Command>(&text).expect("a command"), command);
    }

    #[test]
    fn an_event_is_as_alexa_wants_it_and_comes_back_as_it_was(id in message_id(), body in body()) {
        let event = Event { id: MessageId::new(id).expect("an id"), body };
        let json = serde_json::to_value(&event).expect("JSON");
        let checked = match &event.body {
            EventBody::ChangeReport { .. }
            | EventBody::AddOrUpdateReport { .. }
            | EventBody::DeleteReport { .. }
            | EventBody::DoorbellPress { .. } => {
                schema::proactive(&event.authorised(&secret("t")))
            }
            _ => schema::synchronous(&json),
        };
        prop_assert!(checked.is_ok(), "{:?}: {:#}", checked, json);
        let read: Event = serde_json::from_value(json).expect("an event");
        prop_assert_eq!(read, event);
    }

    #[test]
    fn an_event_for_the_gateway_is_authorised(body in body(), token in ".{1,9}") {
        let event = Event { id: MessageId::new("1").expect("an id"), body };
        let json = event.authorised(&secret(token.as_str()));
        let goes = match &event.body {
            EventBody::Response { .. } | EventBody::StateReport { .. } | EventBody::ChangeReport { .. } => true,
            EventBody::Replied { .. } | EventBody::AddOrUpdateReport { .. } => true,
            EventBody::DeleteReport { .. } | EventBody::DoorbellPress { .. } => true,
            EventBody::ErrorResponse { correlation, endpoint, .. } => correlation.is_some() && endpoint.is_some(),
            _ => false,
        };
        prop_assert_eq!(schema::proactive(&json).is_ok(), goes, "{:#}", json);
        if goes {
            let about_all = matches!(
                &event.body,
                EventBody::AddOrUpdateReport { .. } | EventBody::DeleteReport { .. }
            );
            let holder = if about_all { "payload" } else { "endpoint" };
            prop_assert_eq!(&json["event"][holder]["scope"], &json!({ "type": "BearerToken", "token": token }));
        }
    }

    /// Reading is total.
    #[test]
    fn anything_is_a_directive_or_said_to_be_none(text in ".{0,40}", number in any::<f64>()) {
        for value in [json!(text), json!(number), json!({ "directive": text }), json!([text])] {
            prop_assert!(matches!(Directive::from(value.clone()).request, Request::Invalid(_)));
            let back: Value = Directive::from(value.clone()).into();
            prop_assert_eq!(back, value, "it is kept as it came");
        }
    }
}

#[test]
fn every_directive_of_the_reference_is_read_and_written_as_it_is() {
    let header = |namespace: &str, name: &str| {
        json!({
            "namespace": namespace, "name": name, "payloadVersion": "3",
            "messageId": "1bd5d003-31b9-476f-ad03-71d471922820",
        })
    };
    let scope = json!({ "type": "BearerToken", "token": "access-token-from-skill" });
    let aimed = |namespace: &str, name: &str, payload: Value| {
        let mut header = header(namespace, name);
        header["correlationToken"] = "dFMb0z".into();
        let endpoint = json!({ "endpointId": "endpoint-001", "cookie": {}, "scope": scope });
        json!({ "directive": { "header": header, "endpoint": endpoint, "payload": payload } })
    };
    let celsius = |value: f64| json!({ "value": value, "scale": "CELSIUS" });
    let color = json!({ "hue": 350.5, "saturation": 0.7138, "brightness": 0.6524 });
    let grant = json!({
        "grant": { "type": "OAuth2.AuthorizationCode", "code": "c" }, "grantee": scope,
    });
    let thermostat = "Alexa.ThermostatController";
    let kelvin = "Alexa.ColorTemperatureController";
    for written in [
        json!({ "directive": { "header": header("Alexa.Authorization", "AcceptGrant"), "payload": grant } }),
        json!({ "directive": { "header": header("Alexa.Discovery", "Discover"), "payload": { "scope": scope } } }),
        aimed("Alexa", "ReportState", json!({})),
        aimed("Alexa.PowerController", "TurnOn", json!({})),
        aimed("Alexa.PowerController", "TurnOff", json!({})),
        aimed("Alexa.BrightnessController", "SetBrightness", json!({ "brightness": 75 })),
        aimed("Alexa.BrightnessController", "AdjustBrightness", json!({ "brightnessDelta": -25 })),
        aimed("Alexa.ColorController", "SetColor", json!({ "color": color })),
        aimed(kelvin, "SetColorTemperature", json!({ "colorTemperatureInKelvin": 5_000 })),
        aimed(kelvin, "IncreaseColorTemperature", json!({})),
        aimed(kelvin, "DecreaseColorTemperature", json!({})),
        aimed(thermostat, "SetTargetTemperature", json!({ "targetSetpoint": celsius(25.0) })),
        aimed(
            thermostat,
            "SetTargetTemperature",
            json!({ "lowerSetpoint": celsius(20.0), "upperSetpoint": celsius(25.0) }),
        ),
        aimed(
            thermostat,
            "SetTargetTemperature",
            json!({
                "targetSetpoint": celsius(22.0), "lowerSetpoint": celsius(20.0),
                "upperSetpoint": celsius(25.0),
            }),
        ),
        aimed(
            thermostat,
            "AdjustTargetTemperature",
            json!({ "targetSetpointDelta": { "value": -2.0, "scale": "FAHRENHEIT" } }),
        ),
        aimed(thermostat, "SetThermostatMode", json!({ "thermostatMode": { "value": "COOL" } })),
        aimed(thermostat, "ResumeSchedule", json!({})),
        aimed("Alexa.LockController", "Lock", json!({})),
        aimed("Alexa.LockController", "Unlock", json!({})),
    ] {
        let read = Directive::from(written.clone());
        assert!(!matches!(read.request, Request::Invalid(_)), "{written:#}");
        assert_eq!(Value::from(read), written);
    }
}

#[test]
fn texts_have_the_form_that_the_schema_takes() {
    for (id, fits) in [
        ("1bd5d003-31b9-476f-ad03-71d471922820".to_owned(), true),
        ("a".repeat(127), true),
        ("a".repeat(128), false),
        (String::new(), false),
        ("a_b".to_owned(), false),
        ("a b".to_owned(), false),
        ("ä".to_owned(), false),
    ] {
        assert_eq!(MessageId::new(id.as_str()).is_ok(), fits, "{id}");
        assert_eq!(serde_json::from_value::<MessageId>(json!(id)).is_ok(), fits, "{id}");
    }
    for (id, fits) in [
        ("endpoint-001".to_owned(), true),
        ("_-=#;:?@&".to_owned(), true),
        ("a".repeat(256), true),
        ("a".repeat(257), false),
        (String::new(), false),
        ("a.b".to_owned(), true),
        ("a/b".to_owned(), false),
        ("a b".to_owned(), false),
        ("ä".to_owned(), false),
    ] {
        assert_eq!(EndpointId::new(id.as_str()).is_ok(), fits, "{id}");
        assert_eq!(serde_json::from_value::<EndpointId>(json!(id)).is_ok(), fits, "{id}");
    }
    for (text, fits) in [(String::new(), false), ("é".repeat(128), true), ("é".repeat(129), false)]
    {
        assert_eq!(Label::new(text.as_str()).is_ok(), fits);
        assert!(Label::new(Label::cut(&text).as_str()).is_ok());
    }
}

#[test]
fn moments_have_the_form_that_the_schema_takes() {
    for (text, fits) in [
        ("2017-09-27T18:30:30Z", true),
        ("2017-09-27T18:30:30.4Z", true),
        ("2017-09-27T18:30:30.45Z", true),
        ("2017-09-27T18:30:30.450Z", true),
        ("2017-09-27T18:30:30.4500Z", false),
        ("2017-09-27T18:30:30.450123Z", false),
        ("2017-09-27T18:30:30+00:00", false),
        ("2017-09-27T18:30:30.45+00:00", false),
        ("2017-09-27T18:30:30", false),
        ("2016-12-31T23:59:60Z", false),
        ("2017-02-30T00:00:00Z", false),
        ("2017-09-27 18:30:30Z", false),
        ("2017-09-27T18:30:30é", false),
        ("", false),
    ] {
        assert_eq!(serde_json::from_value::<Timestamp>(json!(text)).is_ok(), fits, "{text}");
    }
    for (milliseconds, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_506_537_030_450, "2017-09-27T18:30:30.450Z"),
        (u64::MAX, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Timestamp::from_milliseconds(milliseconds).to_string(), text);
    }
}

#[test]
fn numbers_have_the_range_and_the_form_that_the_schema_takes() {
    let fits = |namespace: &str, name: &str, value: Value| {
        let property = json!({ "namespace": namespace, "name": name, "value": value });
        serde_json::from_value::<Property>(property).is_ok()
    };
    let degrees = |value: f64, scale: &str| json!({ "value": value, "scale": scale });
    let color = |hue: f64, saturation: f64, brightness: f64| json!({ "hue": hue, "saturation": saturation, "brightness": brightness });
    let (bright, kelvin) = ("Alexa.BrightnessController", "Alexa.ColorTemperatureController");
    let thermostat = "Alexa.ThermostatController";
    for (namespace, name, value, expected) in [
        (bright, "brightness", json!(0), true),
        (bright, "brightness", json!(100), true),
        (bright, "brightness", json!(101), false),
        (bright, "brightness", json!(-1), false),
        (bright, "brightness", json!(50.0), false),
        (bright, "brightness", json!("50"), false),
        (kelvin, "colorTemperatureInKelvin", json!(1_000), true),
        (kelvin, "colorTemperatureInKelvin", json!(10_000), true),
        (kelvin, "colorTemperatureInKelvin", json!(999), false),
        (kelvin, "colorTemperatureInKelvin", json!(10_001), false),
        (kelvin, "colorTemperatureInKelvin", json!(70_000), false),
        (thermostat, "targetSetpoint", degrees(100.0, "FAHRENHEIT"), true),
        (thermostat, "targetSetpoint", degrees(-100.0, "CELSIUS"), true),
        (thermostat, "targetSetpoint", degrees(100.1, "CELSIUS"), false),
        (thermostat, "targetSetpoint", degrees(293.0, "KELVIN"), false),
        (thermostat, "targetSetpoint", degrees(1.0, "RANKINE"), false),
        (thermostat, "targetSetpoint", json!({ "value": 1 }), false),
        (thermostat, "thermostatMode", json!("ECO"), true),
        (thermostat, "thermostatMode", json!("CUSTOM"), false),
        (thermostat, "schedule", json!("?"), false),
        ("Alexa.ColorController", "color", color(360.0, 1.0, 1.0), true),
        ("Alexa.ColorController", "color", color(360.1, 1.0, 1.0), false),
        ("Alexa.ColorController", "color", color(0.0, 1.1, 1.0), false),
        ("Alexa.ColorController", "color", color(0.0, 1.0, -0.1), false),
        ("Alexa.ColorController", "color", json!({ "hue": 1, "saturation": 1 }), false),
        ("Alexa.PowerController", "powerState", json!("on"), false),
        ("Alexa.PowerController", "powerState", json!(true), false),
        ("Alexa.LockController", "lockState", json!("JAMMED"), true),
        ("Alexa.LockController", "lockState", json!("OPEN"), false),
        ("Alexa.EndpointHealth", "connectivity", json!({ "value": "OK" }), true),
        ("Alexa.EndpointHealth", "connectivity", json!("OK"), false),
        ("Alexa.Speaker", "volume", json!(1), true),
        ("Alexa.Speaker", "volume", json!(101), false),
        ("Alexa.Speaker", "muted", json!("true"), false),
        ("Alexa.PercentageController", "percentage", json!(-1), false),
        ("Alexa.PowerLevelController", "powerLevel", json!(0.5), false),
        ("Alexa.ContactSensor", "detectionState", json!("OPEN"), false),
        ("Alexa.InputController", "input", json!(""), false),
        ("Alexa.ChannelController", "channel", json!({}), false),
        ("Alexa.SecurityPanelController", "armState", json!("ARMED"), false),
        ("Alexa.SecurityPanelController", "fireAlarm", json!("OK"), false),
        ("Alexa.SecurityPanelController", "fireAlarm", json!({ "value": "OK" }), true),
        // It does not say which one.
        ("Alexa.RangeController", "rangeValue", json!(1), false),
        ("Alexa.Cooking", "cookingMode", json!("BAKE"), false),
    ] {
        assert_eq!(fits(namespace, name, value.clone()), expected, "{namespace} {name} {value}");
    }
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(Temperature::new(number, Scale::Celsius).is_err());
        assert!(Color::new(number, 0.0, 0.0).is_err());
    }
    let brightness = serde_json::to_string(&Property::Brightness(Percent::nearest(50)));
    assert!(brightness.expect("JSON").contains(r#""value":50}"#), "a whole number");
}

#[test]
fn what_is_no_number_is_not_written() {
    let all = [
        ErrorType::EndpointLowPower { percentage: Some(f64::NAN) },
        ErrorType::ValueOutOfRange { valid: Some((f64::NEG_INFINITY, 1.0)) },
        ErrorType::ValueOutOfRange { valid: Some((0.0, f64::NAN)) },
    ];
    for error in all {
        let id = MessageId::new("1").expect("an id");
        let body = EventBody::ErrorResponse {
            correlation: None,
            endpoint: None,
            error,
            message: String::new(),
        };
        let json = serde_json::to_value(Event { id, body }).expect("JSON");
        assert_eq!(schema::synchronous(&json), Ok(()));
    }
}

#[test]
fn a_state_has_one_sample_a_property() {
    let sample = |on, milliseconds| Sample {
        property: Property::Power(on),
        time: Timestamp::from_milliseconds(milliseconds),
        uncertainty: 0,
    };
    let state =
        State::from(vec![sample(Power::On, 1), sample(Power::Off, 2), sample(Power::Off, 2)]);
    assert_eq!(state.samples().count(), 1);
    assert_eq!(
        state.get(&PropertyName::new("Alexa.PowerController", "powerState")),
        Some(&Property::Power(Power::Off))
    );
}

#[test]
fn what_is_secret_is_not_shown() {
    let raw = json!({ "directive": { "header": { "name": "hush" }, "payload": "hush" } });
    let shown = format!(
        "{:?} {:?} {:?}",
        secret("hush"),
        CorrelationToken::new("hush").expect("a text"),
        Directive::from(raw)
    );
    assert!(!shown.contains("hush"), "{shown}");
}

#[test]
fn a_temperature_out_of_the_schemas_range_is_told_in_celsius() {
    for (value, scale, celsius) in [
        (130.0, Scale::Fahrenheit, 54.44),
        (295.0, Scale::Kelvin, 21.85),
        (173.15, Scale::Kelvin, -100.0),
        (-148.0, Scale::Fahrenheit, -100.0),
        (212.0, Scale::Fahrenheit, 100.0),
    ] {
        let read = Temperature::reading(value, scale).expect("within reach");
        assert_eq!((read.value(), read.scale()), (celsius, Scale::Celsius), "{value} {scale:?}");
    }
    for (value, scale) in [(20.5, Scale::Celsius), (68.0, Scale::Fahrenheit), (90.0, Scale::Kelvin)]
    {
        let read = Temperature::reading(value, scale).expect("as it is");
        assert_eq!((read.value(), read.scale()), (value, scale));
    }
    for (value, scale) in
        [(101.0, Scale::Celsius), (400.0, Scale::Kelvin), (f64::NAN, Scale::Kelvin)]
    {
        assert!(Temperature::reading(value, scale).is_err(), "{value} {scale:?}");
    }
    let payload = json!({ "targetSetpoint": { "value": 104.0, "scale": "FAHRENHEIT" } });
    let command =
        Command::parse("Alexa.ThermostatController", "SetTargetTemperature", None, &payload);
    let target = Temperature::new(40.0, Scale::Celsius).expect("in range");
    assert_eq!(command, Ok(set_points(SetPoints::Single { target })));
}

#[test]
fn set_points_for_a_while_are_read() {
    let degrees = json!({ "value": 20.0, "scale": "CELSIUS" });
    for mut payload in [
        json!({ "targetSetpoint": degrees }),
        json!({ "lowerSetpoint": degrees, "upperSetpoint": degrees }),
        json!({ "targetSetpoint": degrees, "lowerSetpoint": degrees, "upperSetpoint": degrees }),
    ] {
        let parse = |payload: &Value| {
            Command::parse("Alexa.ThermostatController", "SetTargetTemperature", None, payload)
        };
        payload["schedule"] = Value::Null;
        assert!(matches!(
            parse(&payload),
            Ok(Command::Thermostat(ThermostatCommand::SetTargetTemperature(_)))
        ));
        payload["schedule"] = json!({ "start": "2026-07-01T07:00:00Z", "duration": "PT2H" });
        let read = parse(&payload).expect("a schedule");
        assert_eq!(read.payload()["schedule"], payload["schedule"]);
        assert!(read.expected().is_empty(), "it may be so later");
        for schedule in [json!("?"), json!({}), json!({ "duration": "two hours" })] {
            payload["schedule"] = schedule;
            let refused = parse(&payload).expect_err("it is refused");
            assert_eq!(refused.error, thermostat_error(ThermostatError::UnwillingToSetSchedule));
        }
    }
}

/// What a device may have several of is told apart by its instance, and nothing else has one.
#[test]
fn an_instance_is_of_what_there_may_be_several_of() {
    let instance = Instance::new("Blind.Lift").expect("a text");
    let payload = json!({ "rangeValue": 40 });
    let parse = |instance: Option<&Instance>| {
        Command::parse("Alexa.RangeController", "SetRangeValue", instance, &payload)
    };
    assert_eq!(parse(None).expect_err("which one?").error, ErrorType::InvalidDirective);
    let command = parse(Some(&instance)).expect("a command");
    assert_eq!(command.instance().as_ref(), Some(&instance));
    let power = Command::parse("Alexa.PowerController", "TurnOn", Some(&instance), &json!({}));
    assert_eq!(power.expect("a command").instance(), None);
    let name = |text: &str| Instance::new(text).expect("a text");
    let value = |instance: &str, value| {
        Property::Range(RangeValue { instance: name(instance), value: Number::whole(value) })
    };
    let now = Timestamp::from_milliseconds(0);
    let state = State::at(now, [value("lift", 1), value("tilt", 2), value("lift", 3)]);
    assert_eq!(state.samples().count(), 2, "each once");
    assert_eq!(state.get(&value("lift", 0).name()), Some(&value("lift", 3)));
    assert!(!value("lift", 1).is_met_by(&value("tilt", 1)));
}

/// What nobody here has is refused by its name, and what Alexa has not is not repeated.
#[test]
fn an_interface_that_nobody_has_is_refused_by_its_name() {
    let why = |namespace: &str| {
        let refused = Command::parse(namespace, "Anything", None, &json!({}));
        let refused = refused.expect_err("nobody has it");
        assert_eq!(refused.error, ErrorType::InvalidDirective);
        refused.why
    };
    for namespace in ["Alexa.Cooking", "Alexa.EqualizerController", "Alexa.PowerController"] {
        assert!(why(namespace).contains(namespace), "{}", why(namespace));
    }
    assert!(!why("hush").contains("hush"));
}

#[test]
fn a_pin_is_not_kept() {
    let payload = json!({ "authorization": { "type": "FOUR_DIGIT_PIN", "value": "1234" } });
    let disarm = Command::parse("Alexa.SecurityPanelController", "Disarm", None, &payload)
        .expect("it is one");
    assert!(!format!("{disarm:?}").contains("1234"));
    assert_eq!(disarm.payload(), payload, "it is told");
    assert_eq!(disarm.without_secrets().payload(), json!({}), "and not kept");
    assert_eq!(disarm.without_secrets().expected(), disarm.expected());
}

/// Nothing of an alarm system, and nothing that may be a door, can be promised.
#[test]
fn what_may_be_a_door_is_not_promised() {
    let instance = Instance::new("Garage").expect("a text");
    let open = Command::Toggle(ToggleState { instance, state: Power::On });
    let arm = Command::SecurityPanel(SecurityPanelCommand::Arm {
        state: ArmState::ArmedAway,
        bypass: false,
        instant: false,
    });
    for command in [open, arm] {
        assert!(!command.expected().is_empty());
        assert_eq!(Promise::of(&command, command.expected()), None, "{command:?}");
    }
}

#[test]
fn no_token_is_empty() {
    assert!(Token::new("").is_err() && CorrelationToken::new("").is_err());
    assert!(serde_json::from_value::<Token>(json!("")).is_err());
    assert!(serde_json::from_value::<CorrelationToken>(json!("")).is_err());
    let event = json!({ "event": {
        "header": { "namespace": "Alexa", "name": "Response", "payloadVersion": "3",
                    "messageId": "1", "correlationToken": "" },
        "endpoint": { "endpointId": "lamp" }, "payload": {},
    }});
    assert!(serde_json::from_value::<Event>(event).is_err());
}

#[test]
fn only_a_grant_fails_as_a_grant_does() {
    let directive = |namespace: &str, name: &str| {
        json!({ "directive": {
            "header": { "namespace": namespace, "name": name, "payloadVersion": "3",
                        "messageId": "1", "correlationToken": "c" },
            "endpoint": { "endpointId": "lamp" }, "payload": {},
        }})
    };
    let answer = |directive: Value| match Directive::from(directive).request {
        Request::Invalid(invalid) => invalid.answer(),
        request => panic!("{request:?} is carried out"),
    };
    for name in ["AcceptGrant", "Anything"] {
        let body = answer(directive("Alexa.Authorization", name));
        assert!(matches!(&body, EventBody::AcceptGrantFailed { .. }), "{body:?}");
        let event = Event { id: MessageId::new("1").expect("an id"), body };
        assert_eq!(schema::synchronous(&serde_json::to_value(event).expect("JSON")), Ok(()));
    }
    let body = answer(directive("Alexa.PowerController", "Explode"));
    assert!(matches!(body, EventBody::ErrorResponse { .. }));
}

/// What Alexa's schema does not want, nobody here wants either.
#[test]
fn what_the_schema_leaves_out_may_be_left_out() {
    let device = |capability: Value| {
        json!({
            "endpointId": "hall", "manufacturerName": "Acme", "friendlyName": "Hall",
            "description": "A thermostat", "displayCategories": ["THERMOSTAT"],
            "capabilities": [
                { "type": "AlexaInterface", "interface": "Alexa", "version": "3" },
                { "type": "AlexaInterface", "interface": "Alexa.EndpointHealth", "version": "3" },
                capability,
            ],
        })
    };
    let thermostat = json!({
        "type": "AlexaInterface", "interface": "Alexa.ThermostatController", "version": "3",
        "properties": { "supported": [{ "name": "targetSetpoint" }] },
    });
    let with = |configuration: Value| {
        let mut thermostat = thermostat.clone();
        thermostat["configuration"] = configuration;
        thermostat
    };
    for capability in [
        thermostat.clone(),
        json!({ "type": "AlexaInterface", "interface": "Alexa.ThermostatController", "version": "3" }),
        with(Value::Null),
        with(json!({})),
        with(json!({ "supportsScheduling": false })),
        with(json!({ "supportedModes": [] })),
    ] {
        let read: DiscoveredDevice =
            serde_json::from_value(device(capability.clone())).expect("a device");
        let expected = Capability::Thermostat(Thermostat {
            set_points: SetPointCount::One,
            modes: [].into(),
            scheduling: false,
        });
        assert_eq!(read.capabilities(), [expected], "{capability}");
        let again: DiscoveredDevice =
            serde_json::from_value(serde_json::to_value(&read).expect("JSON")).expect("a device");
        assert_eq!(again, read);
    }
    let event = json!({
        "context": {},
        "event": {
            "header": { "namespace": "Alexa", "name": "Response", "payloadVersion": "3",
                        "messageId": "1", "correlationToken": "c" },
            "endpoint": { "endpointId": "lamp" }, "payload": {},
        },
    });
    assert!(serde_json::from_value::<Event>(event).is_ok(), "a context may say nothing");
}

#[test]
fn a_device_reports_what_the_network_and_the_manufacturer_report() {
    let lamp = |by_the_maker: bool| {
        DiscoveredDevice::builder()
            .endpoint(EndpointId::new("lamp").expect("an id"))
            .name(Label::cut("Lamp"))
            .manufacturer(Label::cut("Acme"))
            .description(Label::cut("A lamp"))
            .category(Category::Light)
            .capabilities([Capability::Power(Plain)])
            .proactively_reported(by_the_maker)
            .build()
    };
    for (maker, network) in [(true, true), (true, false), (false, true), (false, false)] {
        let json = serde_json::to_value(lamp(maker).reported(network)).expect("JSON");
        for capability in json["capabilities"].as_array().expect("a list").iter().skip(1) {
            assert_eq!(capability["properties"]["proactivelyReported"], maker && network);
            assert_eq!(capability["properties"]["retrievable"], true);
        }
    }
}

#[test]
fn a_gateway_is_that_of_the_customers_region() {
    let gateway = |aws: &str, bound: &'static str| match Region::of_aws(aws) {
        Some(region) => region.gateway_for(bound).to_owned(),
        None => bound.to_owned(),
    };
    let (na, eu, fe) = (
        "https://api.amazonalexa.com",
        "https://api.eu.amazonalexa.com",
        "https://api.fe.amazonalexa.com",
    );
    for (aws, bound, expected) in [
        ("us-east-1", eu, na),
        ("eu-west-1", na, eu),
        ("us-west-2", na, fe),
        ("ap-south-1", na, eu),
        ("ap-northeast-1", "https://api.amazonalexa.com/", fe),
        ("me-south-1", eu, eu),
        ("", fe, fe),
        ("us-east-1", "http://127.0.0.1:1", "http://127.0.0.1:1"),
    ] {
        assert_eq!(gateway(aws, bound), expected, "{aws} {bound}");
    }
}

/// The schema's checker is itself held to what was measured of the official schema.
#[test]
fn the_checker_takes_and_rejects_what_the_official_schema_does() {
    let header = |name: &str| {
        json!({
            "namespace": "Alexa", "name": name, "payloadVersion": "3", "messageId": "1",
            "correlationToken": "c",
        })
    };
    let endpoint = json!({ "endpointId": "lamp" });
    let sample = json!({
        "namespace": "Alexa.EndpointHealth", "name": "connectivity", "value": { "value": "OK" },
        "timeOfSample": "2017-09-27T18:30:30.45Z", "uncertaintyInMilliseconds": 200,
    });
    let response = json!({
        "context": { "properties": [sample] },
        "event": { "header": header("Response"), "endpoint": endpoint, "payload": {} },
    });
    let deferred = json!({
        "event": { "header": header("DeferredResponse"), "payload": { "estimatedDeferralInSeconds": 7 } },
    });
    let error = json!({
        "event": {
            "header": header("ErrorResponse"), "endpoint": endpoint,
            "payload": { "type": "INTERNAL_ERROR", "message": "m" },
        },
    });
    let report = {
        let mut report = response.clone();
        report["event"]["header"]["name"] = "StateReport".into();
        report
    };
    let granted = json!({
        "event": {
            "header": {
                "namespace": "Alexa.Authorization", "name": "AcceptGrant.Response",
                "payloadVersion": "3", "messageId": "1",
            },
            "payload": {},
        },
    });
    let sampled = "/context/properties/0";
    let changed = |message: &Value, path: &str, value: Value| {
        let mut message = message.clone();
        let (parent, name) = path.rsplit_once('/').expect("a path");
        match message.pointer_mut(parent).expect("it is there") {
            Value::Array(items) => items.push(value),
            object if value == json!("absent") => {
                object.as_object_mut().expect("an object").remove(name);
            }
            object => object[name] = value,
        }
        message
    };
    let absent = || json!("absent");
    for (message, path, value, taken) in [
        (&response, "/event/header/payloadVersion", json!(3), false),
        (&response, "/event/header/payloadVersion", json!("3.0"), false),
        (&response, "/event/header/messageId", json!("a_b"), false),
        (&response, "/event/header/messageId", json!("a".repeat(128)), false),
        (&response, "/event/header/messageId", json!("a".repeat(127)), true),
        (&response, "/event/header/more", json!(1), false),
        (&response, "/event/more", json!(1), false),
        (&response, "/more", json!(1), false),
        (&response, "/event/payload", json!({ "anything": 1 }), true),
        (&response, "/event/header/correlationToken", absent(), false),
        (&response, "/event/endpoint", absent(), false),
        (&response, "/event/endpoint/endpointId", json!("a b"), false),
        (&response, "/event/endpoint/endpointId", json!("a/b"), false),
        (&response, "/event/endpoint/endpointId", json!("a".repeat(257)), false),
        (&response, "/context", json!({}), true),
        (&response, "/context", json!({ "properties": [] }), true),
        (&response, "/context", json!({ "properties": [], "more": 1 }), false),
        (&response, "/context/properties/-", sample.clone(), false),
        (&response, &format!("{sampled}/timeOfSample"), json!("2017-09-27T18:30:30+00:00"), false),
        (
            &response,
            &format!("{sampled}/timeOfSample"),
            json!("2017-09-27T18:30:30.123456Z"),
            false,
        ),
        (&response, &format!("{sampled}/timeOfSample"), json!("2016-12-31T23:59:60Z"), false),
        (&response, &format!("{sampled}/timeOfSample"), json!("2016-12-31T23:59:59Z"), true),
        (&response, &format!("{sampled}/uncertaintyInMilliseconds"), absent(), false),
        (&response, &format!("{sampled}/uncertaintyInMilliseconds"), json!(-1), false),
        (&response, &format!("{sampled}/uncertaintyInMilliseconds"), json!(0.5), true),
        (&response, &format!("{sampled}/name"), json!("volume"), false),
        (&response, &format!("{sampled}/value"), json!("OK"), false),
        (&report, "/event/payload", json!({ "anything": 1 }), false),
        (&report, "/event/payload", json!({}), true),
        (&deferred, "/event/endpoint", json!({ "endpointId": "lamp" }), false),
        (&deferred, "/context", json!({}), false),
        (&deferred, "/event/payload", json!({}), true),
        (&deferred, "/event/payload/estimatedDeferralInSeconds", json!(2.5), false),
        (&deferred, "/event/payload/estimatedDeferralInSeconds", json!("7"), false),
        (&error, "/context", json!({}), false),
        (&error, "/event/payload/type", absent(), false),
        (&error, "/event/payload/message", absent(), false),
        (&error, "/event/payload/more", json!(1), false),
        (&error, "/event/payload/type", json!("ACCEPT_GRANT_FAILED"), false),
        (&error, "/event/payload/type", json!("NOT_SUPPORTED_IN_CURRENT_MODE"), false),
        (&error, "/event/payload/type", json!("ENDPOINT_LOW_POWER"), true),
        (&granted, "/event/payload/more", json!(1), false),
        (&granted, "/event/header/correlationToken", json!("c"), true),
    ] {
        assert_eq!(schema::synchronous(message), Ok(()), "{message:#}");
        let message = changed(message, path, value);
        assert_eq!(schema::synchronous(&message).is_ok(), taken, "{path}: {message:#}");
    }
    let thermostat = json!({
        "event": {
            "header": {
                "namespace": "Alexa.ThermostatController", "name": "ErrorResponse",
                "payloadVersion": "3", "messageId": "1",
            },
            "payload": { "type": "THERMOSTAT_IS_OFF" },
        },
    });
    assert_eq!(schema::synchronous(&thermostat), Ok(()), "a message is optional there");
}
