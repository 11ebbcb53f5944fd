//! Terraform itself takes the configurations, and refuses what it should.

#[path = "terraform/fixtures.rs"]
mod fixtures;

use fixtures::{beyond_the_provider, both, jobs, long_names, networks, worker};
use net_dsl::{Graph, Name, Network, link::Links as _, name};
use net_synth::{Plan, emit};
use net_tests::{
    run::Folder,
    terraform::{Terraform, blocks},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// A folder with a network's configuration, and packages that are there.
fn written(name: &Name, network: &Network) -> Folder {
    let folder = Folder::new();
    let graph = Graph::new(network);
    let plan = Plan::new(name, &graph);
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    };
    write("main.tf.json", &emit::terraform(&plan));
    for package in plan.packages() {
        write(package, "a package");
    }
    // What a deployment must say.
    let example = |id: &str| match id {
        id if id.ends_with("SkillId") => "amzn1.ask.skill.12345678-abcd-1234-abcd-123456789012",
        id if id.ends_with("CredentialsArn") => {
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:credentials-AbCdEf"
        }
        _ => "https://service.example.com/v1",
    };
    let required = plan.parameters.iter().filter(|one| one.default.is_none());
    let values: BTreeMap<_, _> = required
        .map(|parameter| parameter.id.as_str())
        .filter(|id| *id != "CodeBucket")
        .map(|id| (id, example(id)))
        .collect();
    write("terraform.tfvars.json", &json!(values).to_string());
    folder
}

#[track_caller]
fn assert_runs(terraform: Terraform, folder: &Folder, arguments: &[&str]) -> String {
    let output = terraform.run(folder.path(), arguments);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn terraform_validates_and_plans_every_configuration() {
    let Some(terraform) = Terraform::installed() else { return };
    std::thread::scope(|scope| {
        for (name, network) in networks().into_iter().chain([(name!("long"), long_names())]) {
            scope.spawn(move || validate_and_plan(terraform, &name, &network));
        }
    });
}

fn validate_and_plan(terraform: Terraform, name: &Name, network: &Network) {
    let folder = written(name, network);
    assert_runs(terraform, &folder, &["validate"]);
    assert_runs(terraform, &folder, &["plan", "-input=false", "-out=planned"]);
    let planned = assert_runs(terraform, &folder, &["show", "-json", "planned"]);
    let planned: Value = serde_json::from_str(&planned).expect("JSON");
    let ours = both(name, network).0;
    let addresses: BTreeSet<String> =
        blocks(&ours, "resource").map(|(kind, id, _)| format!("{kind}.{id}")).collect();
    let changes = planned["resource_changes"].as_array().expect("changes");
    let created: BTreeSet<String> = changes
        .iter()
        .filter(|change| change["change"]["actions"] == json!(["create"]))
        .map(|change| change["address"].as_str().expect("an address").to_owned())
        .collect();
    assert_eq!(created, addresses);
    // Templates come out as meant, and so do texts that look a little like templates.
    for change in changes {
        let after = &change["change"]["after"];
        let said = after["name"].as_str().or(after["function_name"].as_str()).unwrap_or_default();
        match change["type"].as_str() {
            Some("aws_apigatewayv2_stage") => assert_eq!(said, "$default"),
            Some("aws_lambda_function" | "aws_iam_role" | "aws_scheduler_schedule") => {
                assert!(said.starts_with(&format!("{name}-")) && said.len() <= 64, "{said}");
            }
            _ => {}
        }
        if let Some(package) = after["filename"].as_str() {
            assert!(
                package.starts_with("./") && folder.path().join(package).is_file(),
                "{package}"
            );
        }
    }
}

#[test]
fn terraform_refuses_what_it_should() {
    let Some(terraform) = Terraform::installed() else { return };
    let refused = |folder: &Folder, arguments: &[&str], said: &str| {
        let output = terraform.run(folder.path(), arguments);
        // Terraform breaks its lines where it likes.
        let text = String::from_utf8_lossy(&output.stderr).replace(['\n', '│', '╷', '╵'], " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!output.status.success() && text.contains(said), "{text}");
    };
    let plan = &["plan", "-input=false"];

    let folder = written(&name!("beyond"), &beyond_the_provider());
    assert_runs(terraform, &folder, &["validate"]);
    refused(&folder, plan, "The network sets Tags of JobsQueue, and Terraform has no expression");

    let folder = written(&name!("plain"), &jobs().triggers(&worker()).into());
    refused(
        &folder,
        &[plan, &["-var=StackName=Shop 1"][..]].concat(),
        "StackName is to be lower-case",
    );
    fs::remove_file(folder.path().join("worker.zip")).expect("it is there");
    refused(&folder, plan, "worker.zip");

    let file = folder.path().join("main.tf.json");
    let text = fs::read_to_string(&file).expect("it is there");
    let misspelt = text.replace("visibility_timeout_seconds", "visibility_timeut_seconds");
    assert_ne!(misspelt, text);
    fs::write(&file, misspelt).expect("a file can be written");
    refused(&folder, &["validate"], "visibility_timeut_seconds");
}
