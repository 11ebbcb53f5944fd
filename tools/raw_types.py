"""Writes what raw resources are held to, from the CloudFormation schemas inside cfn-lint.

    target/python/bin/python tools/raw_types.py            writes the file
    target/python/bin/python tools/raw_types.py --check    fails if the file is out of date

A line a type: its name, a space, and JSON:

    {"p": {property: shape}, "r": [required], "a": [attribute], "d": {name: shape}, "c": false}

`c` is there, and false, where AWS Cloud Control cannot make, read or delete the type. A shape is "s" (text), "i"
(whole number), "n" (number), "b" (switch), "o" (object of any shape), "?" (anything), "#name" (a
shape in `d`), [shape] (list), or {"p": …, "r": …} (object of just these properties). The last line is
of types that are not checked, and have `c` false all the same.
"""

import json
from importlib.metadata import version
from importlib.resources import files

import generated
from cfnlint.schema._getatts import _all_property_types, _exceptions
from generated import ROOT
from properties import REGION, load

TARGET = ROOT / "net-synth/src/schema/types.txt"

# What stands beside functions, queues and tables. All types of CloudFormation would be 1.8 MB.
SERVICES = {
    "ApiGateway", "ApiGatewayV2", "AppConfig", "AppSync", "ApplicationAutoScaling", "Backup", "Budgets",
    "CertificateManager", "CloudFront", "CloudWatch", "Cognito", "DynamoDB", "ECR", "EFS", "EventSchemas",
    "Events", "IAM", "KMS", "Kinesis", "KinesisFirehose", "Lambda", "Logs", "Pipes", "RDS", "Route53", "S3",
    "SES", "SNS", "SQS", "SSM", "Scheduler", "SecretsManager", "StepFunctions", "Synthetics", "XRay",
}  # fmt: skip
# Of a service with many others.
TYPES = {
    f"AWS::EC2::{name}"
    for name in (
        "EIP", "InternetGateway", "NatGateway", "Route", "RouteTable", "SecurityGroup",
        "SecurityGroupEgress", "SecurityGroupIngress", "Subnet", "SubnetRouteTableAssociation", "VPC",
        "VPCEndpoint", "VPCGatewayAttachment",
    )
}  # fmt: skip

SCALARS = {"string": "s", "integer": "i", "number": "n", "boolean": "b"}


def is_closed(node):
    return (
        node.get("properties")
        and not node.get("patternProperties")
        and node.get("additionalProperties") is False
    )


def reduced(schema):
    """What a template is held to, of a type's schema."""
    definitions = {}

    def shape(node):
        if reference := node.get("$ref"):
            name = reference.rpartition("/")[2]
            if not reference.startswith("#/definitions/") or name not in schema["definitions"]:
                return "?"
            if name not in definitions:
                definitions[name] = "?"
                definitions[name] = shape(schema["definitions"][name])
            found = definitions[name]
            return found if isinstance(found, str) and found != "?" else f"#{name}"
        kind = node.get("type")
        if isinstance(kind, list) or (kind is None and "properties" not in node):
            return "?"
        if kind == "array":
            return [shape(node.get("items", {}))]
        if kind in SCALARS:
            return SCALARS[kind]
        return closed(node, node["properties"]) if is_closed(node) else "o"

    def closed(node, properties):
        out = {"p": {name: shape(inside) for name, inside in sorted(properties.items())}}
        if required := sorted(node.get("required", [])):
            out["r"] = required
        return out

    read_only = {path.removeprefix("/properties/") for path in schema.get("readOnlyProperties", [])}
    writable = {name: node for name, node in schema["properties"].items() if name not in read_only}
    out = closed(schema, writable)
    if attributes := attributes_of(schema, read_only):
        out["a"] = attributes
    # What was a scalar after all is not referred to.
    if used := {name: found for name, found in sorted(definitions.items()) if not isinstance(found, str)}:
        out["d"] = used
    return out


def attributes_of(schema, read_only):
    """What `Fn::GetAtt` gives, as cfn-lint knows it; "*" where that is any property."""
    name = schema["typeName"]
    if name == "AWS::CloudFormation::Stack":
        return ["*"]
    found = {path.replace("/", ".") for path in read_only} | set(_exceptions.get(name, []))
    if name in _all_property_types:
        found |= set(schema["properties"])
    return sorted(found)


def is_made_by_cloud_control(schema):
    return {"create", "read", "delete"} <= set(schema.get("handlers", {}))


def rendered():
    index = files("cfnlint.data.schemas") / "providers" / f"{REGION}.json"
    lines, others = [], []
    for name in sorted(json.loads(index.read_text("utf-8"))):
        schema = load(name)
        made = {} if is_made_by_cloud_control(schema) else {"c": False}
        if name.split("::")[1] in SERVICES or name in TYPES:
            text = json.dumps(reduced(schema) | made, separators=(",", ":"))
            lines.append(f"{name} {text}\n")
        elif made:
            others.append(name)
    source = f"# Generated by tools/raw_types.py from the schemas in cfn-lint {version('cfn-lint')}.\n"
    whole = f"# All types of {' '.join(sorted(SERVICES))}\n"
    text = source + whole + "".join(lines) + f"# Not of Cloud Control {' '.join(others)}\n"
    return text, f"{len(lines)} types"


if __name__ == "__main__":
    generated.main(__file__, __doc__, TARGET, rendered)
