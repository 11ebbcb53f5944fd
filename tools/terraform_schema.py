"""Writes tests/terraform/schema.json: what the AWS provider for Terraform takes, as far as we use it.

The provider cannot be fetched from a package registry, but bindings generated from its schema can:
PyPI's cdktn-provider-aws (MPL-2.0) names its provider's version and, for each argument, type, block
and whether it is required, optional or computed. The format is that of `terraform providers schema
-json`. Value rules are not in it, nor how AWS behaves.

    python3 -m venv target/cdktn
    target/cdktn/bin/pip install --no-deps cdktn-provider-aws==25.8.1
    target/cdktn/bin/python tools/terraform_schema.py
"""

import json
import os
import re
import sys
import tarfile
from importlib.metadata import files, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "tests/terraform/schema.json"
BINDINGS = "cdktn-provider-aws"

RESOURCES = [
    "apigatewayv2_api",
    "apigatewayv2_integration",
    "apigatewayv2_route",
    "apigatewayv2_stage",
    "cloudcontrolapi_resource",
    "cloudwatch_event_api_destination",
    "cloudwatch_event_archive",
    "cloudwatch_event_bus",
    "cloudwatch_event_connection",
    "cloudwatch_event_rule",
    "cloudwatch_event_target",
    "cloudwatch_log_group",
    "dynamodb_table",
    "iam_role",
    "iam_role_policy",
    "lambda_event_source_mapping",
    "lambda_function",
    "lambda_function_recursion_config",
    "lambda_permission",
    "s3_bucket",
    "s3_bucket_cors_configuration",
    "s3_bucket_lifecycle_configuration",
    "s3_bucket_notification",
    "s3_bucket_ownership_controls",
    "s3_bucket_policy",
    "s3_bucket_public_access_block",
    "s3_bucket_server_side_encryption_configuration",
    "s3_bucket_versioning",
    "scheduler_schedule",
    "sns_topic",
    "sns_topic_policy",
    "sns_topic_subscription",
    "sqs_queue",
    "sqs_queue_policy",
]
DATA_SOURCES = ["caller_identity", "partition", "region"]

TYPES = {
    "boolean": "bool",
    "number": "number",
    "string": "string",
    "numberList": "number",
    "stringList": "string",
    "stringMap": "string",
}
GETTERS = {"Boolean": "bool", "Number": "number", "String": "string"}


class Bindings:
    """The JavaScript inside the package."""

    def __init__(self):
        [archive] = [file for file in files(BINDINGS) if file.name.endswith(".jsii.tgz")]
        self.archive = tarfile.open(archive.locate())

    def source(self, folder):
        return self.archive.extractfile(f"package/lib/{folder}/index.js").read().decode()


def block(source, kind, attributes_of):
    """The block of a class: `attributes_of` is the function or method that lists what is settable."""
    body = re.search(rf"^class {kind} extends .*?^}}", source, re.M | re.S)[0]
    listed = re.search(rf"{re.escape(attributes_of)}\(.*?const attrs = {{(.*?)^ +}};", source, re.M | re.S)
    settable = {
        match["name"]: match
        for match in re.finditer(
            r'^ +(?P<name>\w+): \{\s+value: .*?\s+isBlock: (?P<block>\w+),\s+type: "(?P<type>\w+)",'
            r'\s+storageClassType: "(?P<stored>\w+)",',
            listed[1] if listed else "",
            re.M,
        )
    }
    attributes, blocks = {}, {}
    declared = re.finditer(
        r"// (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n(.*?)(?=\n    // \w+ - computed|\Z)",
        body,
        re.S,
    )
    for name, computed, optional, required, code in (match.groups() for match in declared):
        flags = {"computed": computed, "optional": optional, "required": required}
        flags = {flag: True for flag, given in flags.items() if given == "true"}
        entry = settable.get(name)
        if entry is None:
            attributes[name] = {"type": read_only(code, name), **flags}
        elif entry["block"] == "false":
            attributes[name] = {"type": settable_type(entry), **flags}
        else:
            blocks[name] = nested(source, entry, code, "required" in flags)
    found = {"attributes": dict(sorted(attributes.items()))}
    if blocks:
        found["block_types"] = dict(sorted(blocks.items()))
    return found


def settable_type(entry):
    simple = TYPES[entry["stored"]]
    return simple if entry["type"] == "simple" else [entry["type"], simple]


def read_only(code, name):
    if match := re.search(r"this\.get(Boolean|Number|String)Attribute\('", code):
        return GETTERS[match[1]]
    if match := re.search(r"this\.get(String|Number|Boolean)MapAttribute\('", code):
        return ["map", GETTERS[match[1]]]
    if "getListAttribute('" in code:
        return ["set" if "Fn.tolist" in code else "list", "string"]
    # Lists of objects that a resource only tells: nothing we print refers to them.
    if re.search(r"new cdktn\.\w+\(|new \w+List\(this|new \w+OutputReference\(this", code):
        return ["list", "string"]
    sys.exit(f"{name}: what type is {code!r}?")


def nested(source, entry, code, required):
    match = re.search(r"new (\w+?)(List|OutputReference)\(this", code)
    name, many = match[1], match[2] == "List"
    below = block(
        source, f"{name}OutputReference", f"function {name[0].lower()}{name[1:]}ToHclTerraform"
    )
    mode = "single" if entry["type"] == "struct" else entry["type"]
    limits = {}
    if mode != "single":
        limits = {"min_items": 1} if required else {}
        limits |= {} if many else {"max_items": 1}
    return {"nesting_mode": mode, "block": below, **limits}


def schema(bindings, folder):
    source = bindings.source(folder)
    kind = re.search(r"^class (\w+) extends cdktn\.Terraform(?:Resource|DataSource|Provider) ", source, re.M)[1]
    found = block(source, kind, "synthesizeHclAttributes")
    return {"version": 0, "block": found}


def main():
    bindings = Bindings()
    provider = re.search(r"providerVersion: '([\d.]+)'", bindings.source("sqs-queue"))[1]
    hyphens = lambda name: name.replace("_", "-")
    # Region and account of the provider itself are configured where Terraform runs.
    schemas = {
        "provider": {"version": 0, "block": {"attributes": {}}},
        "resource_schemas": {
            f"aws_{name}": schema(bindings, hyphens(name)) for name in RESOURCES
        },
        "data_source_schemas": {
            f"aws_{name}": schema(bindings, f"data-aws-{hyphens(name)}") for name in DATA_SOURCES
        },
    }
    whole = {
        "//": f"Written by tools/terraform_schema.py from {BINDINGS} {version(BINDINGS)} (MPL-2.0): "
        f"hashicorp/aws {provider}.",
        "format_version": "1.0",
        "provider_version": provider,
        "provider_schemas": {"registry.terraform.io/hashicorp/aws": schemas},
    }
    TARGET.parent.mkdir(exist_ok=True)
    beside = TARGET.with_suffix(f".{os.getpid()}.tmp")
    beside.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8", newline="\n")
    beside.replace(TARGET)
    print(f"{TARGET.relative_to(ROOT)}: hashicorp/aws {provider}, {len(RESOURCES)} resource types")


if __name__ == "__main__":
    main()
