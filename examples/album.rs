//! Photos that are uploaded get thumbnails, and whoever wants to know of it is told.
//!
//! ```console
//! $ cargo run --example album
//! ```
//!
//! Browsers upload with a presigned URL, which `uploads` hands out. The bucket tells a function of each new photo; what
//! that has made it tells a bus, and who listens there nobody else needs to know: a function that is shown everything,
//! and a newspaper that is called for large photos.

use net_dsl::prelude::*;
use std::process::ExitCode;

/// A photo, as it was uploaded.
pub struct Photo;
/// The same, smaller.
pub struct Thumbnail;
objects! { Photo in "photos/" as bytes, Thumbnail in "thumbnails/" as bytes }

/// That there is a photo with its thumbnail.
pub struct Published {
    /// How wide the photo is.
    pub width: u32,
    /// Who has taken it.
    pub by: Photographer,
}
/// Who takes photos.
pub struct Photographer {
    /// Where they are from.
    pub country: String,
}
events! { Published from "my.album" }

services! {
    /// Prints large photos.
    pub Newspaper
}

contract! {
    /// Hands out URLs to upload to.
    pub Uploads: HttpRequest<()> => HttpResponse { writes Photo }
    /// Makes thumbnails.
    pub Resize: Created<Photo> => () { reads Photo, writes Thumbnail, sends Published }
    /// Forgets thumbnails.
    pub Forget: Removed<Photo> => () { writes Thumbnail }
    /// Shows what is new.
    pub Gallery: Published => () { reads Thumbnail }
}

/// The whole of it.
pub fn album() -> Network {
    let photos = Bucket::<Photo>::builder()
        .name(name!("album"))
        .origins([url!("https://album.example.com")])
        .build();
    let thumbnails = Bucket::<Thumbnail>::builder().name(name!("album")).build();
    let news = EventBus::builder().name(name!("news")).archive(days!(30)).build();
    let newspaper = ExternalService::<Newspaper>::builder().name(name!("newspaper")).build();
    let api = HttpApi::builder().name(name!("api")).build();
    let uploads =
        Function::<Uploads>::builder().name(name!("uploads")).code(binary!("uploads")).build();
    let resize =
        Function::<Resize>::builder().name(name!("resize")).code(binary!("resize")).build();
    let forget =
        Function::<Forget>::builder().name(name!("forget")).code(binary!("forget")).build();
    let gallery =
        Function::<Gallery>::builder().name(name!("gallery")).code(binary!("gallery")).build();
    let published = news.events::<Published>();
    let large = news.events::<Published>().matching([
        field!(Published, width).at_least(4_000),
        field!(Published, by.country).is(["AT", "DE"]),
    ]);

    api.routes(route!(POST "/uploads"), &uploads)
        + uploads.writes(&photos)
        + photos.created().ending(key_part!(".jpg")).triggers(&resize)
        + resize.reads(&photos)
        + resize.writes(&thumbnails)
        + resize.sends_to(&published)
        + photos.removed().triggers(&forget)
        + forget.writes(&thumbnails)
        + published.triggers(&gallery)
        + gallery.reads(&thumbnails)
        + large
            .calls(&newspaper, route!(POST "/photos" => Published))
            .retries(count!(10))
            .maximum_age(hours!(1))
}

fn main() -> ExitCode {
    net_synth::run("album", album())
}
