//! `validate-template [--all] FILE...`: AWS's own validation of CloudFormation templates, offline.
//!
//! One line per finding. The exit status is 1 if there is an error or a warning, 2 if a template
//! could not be validated at all; `--all` prints informational findings, too.

use cloudformation_validate::{
    CelEngine, Diagnostic, EngineConfig, ReportStatus, SchemaValidator, Severity, ValidateConfig,
    validate_bytes_with_path,
};
use std::{error::Error, process::ExitCode};

const USAGE: &str = "usage: validate-template [--all] FILE...";

fn main() -> ExitCode {
    let (flags, files): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    if files.is_empty() || flags.iter().any(|flag| flag != "--all") {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    let lowest = if flags.is_empty() { Severity::Warn } else { Severity::Info };
    match validate(&files, lowest) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("validate-template: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether every template is free of errors and warnings.
fn validate(files: &[String], lowest: Severity) -> Result<bool, Box<dyn Error>> {
    let engine = CelEngine::new(EngineConfig::default())?;
    let schemas = SchemaValidator::default();
    let mut clean = true;
    for file in files {
        let template = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
        let config = ValidateConfig { severity_level: lowest, ..ValidateConfig::default() };
        let report = validate_bytes_with_path(&engine, &schemas, &template, config, file.clone())?;
        let mut lines: Vec<_> =
            report.diagnostics.iter().map(|finding| line(file, finding)).collect();
        lines.sort();
        for (.., line) in lines {
            println!("{line}");
        }
        clean &= report.diagnostics.iter().all(|finding| finding.severity < Severity::Warn);
        if matches!(report.status, ReportStatus::AnalysisIncomplete) {
            return Err(format!("{file}: too large to be analysed as a whole").into());
        }
    }
    Ok(clean)
}

/// A finding by its position, so that the order is the template's.
fn line(file: &str, finding: &Diagnostic) -> (u32, u32, String) {
    let (row, column) =
        finding.location.as_ref().map_or((0, 0), |span| (span.start_line, span.start_column));
    let entity = finding.entity.as_ref().map_or("-", |entity| &entity.logical_id);
    let path = finding.property_path.as_deref().unwrap_or("-");
    let message = finding.message.split_whitespace().collect::<Vec<_>>().join(" ");
    let severity = finding.severity.as_str();
    let rule = &finding.rule_id;
    (row, column, format!("{file}:{row}:{column}: {severity} {rule} {entity} {path}: {message}"))
}
