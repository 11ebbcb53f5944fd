//! `Alexa.CameraStreamController`: somebody sees what a camera does, over RTSP.
//!
//! Source: developer.amazon.com, "Alexa.CameraStreamController Interface".

use super::{
    Described, Interface, Never, PropertyName, Received, Refusal, Written, no_errors,
    no_properties, of_json,
};
use crate::message::{Timestamp, words};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `Alexa.CameraStreamController`
#[derive(Clone, Copy, Debug)]
pub struct CameraStreamController;

words! {
    /// How a stream is carried.
    StreamProtocol {
        /// RTSP.
        Rtsp,
    }
    /// How a stream is authorised.
    StreamAuthorization {
        /// By name and password.
        Basic,
        /// By a digest of them.
        Digest,
        /// Not at all: by its address.
        None,
    }
    /// How a picture is coded.
    VideoCodec {
        /// H.264.
        H264,
        /// MPEG 2.
        Mpeg2,
        /// Motion JPEG.
        Mjpeg,
        /// JPEG.
        Jpg,
    }
    /// How a sound is coded.
    AudioCodec {
        /// G.711.
        G711,
        /// AAC.
        Aac,
        /// There is no sound.
        None,
    }
}

/// How large a picture is, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// From left to right.
    pub width: std::num::NonZeroU16,
    /// From top to bottom.
    pub height: std::num::NonZeroU16,
}

/// How a stream is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamKind {
    /// How it is carried.
    pub protocol: StreamProtocol,
    /// How large.
    pub resolution: Resolution,
    /// How it is authorised.
    pub authorization_type: StreamAuthorization,
    /// How the picture is coded.
    pub video_codec: VideoCodec,
    /// How the sound is coded.
    pub audio_codec: AudioCodec,
}

/// What streams a camera has: every combination of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamConfiguration {
    /// How they are carried.
    pub protocols: Vec<StreamProtocol>,
    /// How large.
    pub resolutions: Vec<Resolution>,
    /// How they are authorised.
    pub authorization_types: Vec<StreamAuthorization>,
    /// How the picture is coded.
    pub video_codecs: Vec<VideoCodec>,
    /// How the sound is coded.
    pub audio_codecs: Vec<AudioCodec>,
}

/// A camera with streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraStreams {
    /// Which.
    pub configurations: Vec<StreamConfiguration>,
}

/// What a camera is to do: send one of these streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitializeCameraStreams(pub Vec<StreamKind>);

/// A stream that a camera sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CameraStream {
    /// Where.
    pub uri: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<Timestamp>,
    /// After how many seconds it ends that nobody watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<std::num::NonZeroU32>,
    /// How it is.
    #[serde(flatten)]
    pub kind: StreamKind,
}

/// What a camera answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CameraStreamsStarted {
    /// The streams.
    pub camera_streams: Vec<CameraStream>,
    /// Where a picture is to be had.
    pub image_uri: String,
}

impl Interface for CameraStreamController {
    const NAME: &'static str = "Alexa.CameraStreamController";
    // It has no property to be promised.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = InitializeCameraStreams;
    type Capability = CameraStreams;
    type Reply = CameraStreamsStarted;

    fn write(command: &InitializeCameraStreams) -> Written {
        Written::new("InitializeCameraStreams", json!({ "cameraStreams": command.0 }))
    }

    fn read(
        received: &Received<'_>,
    ) -> Result<Option<InitializeCameraStreams>, Refusal<Self::Error>> {
        if received.name != "InitializeCameraStreams" {
            return Ok(None);
        }
        let field = received.field("cameraStreams");
        // A stream of a kind that nobody here knows is none to be had.
        let asked: Vec<Value> = field.read("a list of streams")?;
        let streams: Vec<StreamKind> =
            asked.iter().filter_map(|stream| of_json(stream).ok()).collect();
        if streams.is_empty() {
            return Err(field.is_not("a list of streams"));
        }
        Ok(Some(InitializeCameraStreams(streams)))
    }

    fn expected(_: &InitializeCameraStreams) -> Vec<Never> {
        Vec::new()
    }

    fn changes(_: &InitializeCameraStreams) -> Vec<PropertyName> {
        Vec::new()
    }

    // The camera says where its streams are.
    fn reply(_: &InitializeCameraStreams, _: Timestamp) -> Option<CameraStreamsStarted> {
        None
    }

    fn needs_reply(_: &InitializeCameraStreams) -> bool {
        true
    }

    fn write_reply(started: &CameraStreamsStarted) -> (&'static str, Value) {
        ("Response", json!(started))
    }

    fn read_reply(name: &str, payload: &Value) -> Result<Option<CameraStreamsStarted>, String> {
        if name == "Response" { of_json(payload).map(Some) } else { Ok(None) }
    }

    no_properties!();

    fn describe(streams: &CameraStreams) -> Described {
        Described::default().and("cameraStreamConfigurations", json!(streams.configurations))
    }

    fn capability(described: &Value) -> Result<CameraStreams, String> {
        let configurations: Option<_> = of_json(&described["cameraStreamConfigurations"])?;
        Ok(CameraStreams { configurations: configurations.unwrap_or_default() })
    }

    no_errors!();
}
