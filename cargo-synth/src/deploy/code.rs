//! Functions' code beside the template: put there by `synth watch`, put right by `synth deploy`.

use crate::{
    build::Package,
    cloud::{Cloud, code_sha256},
    error::Result,
    folder::Template,
    progress::Progress,
};
use net_synth::diff::{PropertyChange, ResourceChange, Sign};
use std::collections::HashMap;

/// The code that a stack's functions should have.
pub(crate) struct Code<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) stack: &'a str,
    pub(crate) template: &'a Template,
    /// What the template names, uploaded.
    pub(crate) packages: &'a [Package],
    pub(crate) bucket: &'a str,
}

impl Code<'_> {
    /// Gives each function its package that has another code; how many there were.
    ///
    /// Functions with code from elsewhere are left alone.
    pub(crate) async fn put_right(&self, verb: &str, progress: &Progress) -> Result<usize> {
        if self.packages.is_empty() {
            return Ok(0);
        }
        let resources = self.cloud.resources(self.stack).await?.into_iter();
        let mut physical: HashMap<_, _> =
            resources.map(|resource| (resource.logical, resource.physical)).collect();
        let mut updated = Vec::new();
        for code in self.template.in_bucket() {
            let package = self.packages.iter().find(|package| package.key == code.key);
            let (Some(package), Some(function)) = (package, physical.remove(code.resource)) else {
                continue;
            };
            progress.now(&format!("looking at {}", code.resource));
            let sha256 = code_sha256(&package.zip);
            if self.cloud.code_of(&function).await?.as_ref() != Some(&sha256) {
                self.cloud.update_code(&function, self.bucket, code.key, code.architecture).await?;
                updated.push((code, function, sha256));
            }
        }
        for (code, function, sha256) in &updated {
            progress.now(&format!("updating {}", code.resource));
            self.cloud.code_updated(function, sha256).await?;
            let entity = self.template.provenance(code.resource).map(|found| found.entity);
            let of = entity.map(|entity| format!(" of {entity}")).unwrap_or_default();
            progress.done(verb, &format!("the code{of} ({})", code.resource));
        }
        Ok(updated.len())
    }
}

/// Whether two templates differ in nothing but packages.
pub(crate) fn differ_in_code_alone(before: &Template, after: &Template) -> Result<bool> {
    let diff = after.differences_from(Some(before))?;
    let is_package = |property: &PropertyChange| property.path == "Code/S3Key";
    let is_code = |change: &ResourceChange| {
        change.kind == "AWS::Lambda::Function"
            && change.sign == Sign::Changed
            && change.properties.iter().all(is_package)
    };
    Ok(diff.resources.iter().all(is_code)
        && diff.permissions.is_empty()
        && diff.parameters.is_empty()
        && diff.outputs.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cook(key: &str, memory: u32) -> Template {
        let properties =
            serde_json::json!({ "Code": { "S3Key": key, "S3Bucket": "b" }, "MemorySize": memory });
        let cook = serde_json::json!({ "Type": "AWS::Lambda::Function", "Properties": properties });
        let template = serde_json::json!({ "Resources": { "CookFunction": cook } });
        Template::parse(template.to_string()).expect("a template")
    }

    #[test]
    fn only_packages_are_code() {
        let alone =
            |after: &Template| differ_in_code_alone(&cook("one", 256), after).expect("templates");
        assert!(alone(&cook("one", 256)));
        assert!(alone(&cook("two", 256)));
        assert!(!alone(&cook("two", 512)));
        assert!(!alone(&Template::parse("{ \"Resources\": {} }".to_owned()).expect("a template")));
    }
}
