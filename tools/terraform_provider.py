"""A provider for Terraform that takes what tests/terraform/schema.json says, and makes nothing.

Terraform starts it to check and plan a configuration where the provider itself cannot be fetched.
It knows names, types and what is required, but no rules about values and nothing of AWS.
"""

import json
from pathlib import Path

import tf.provider
from tf.gen import tfplugin_pb2 as pb
from tf.gen import tfplugin_pb2_grpc as rpc
from tf.runner import run_provider
from tf.types import Unknown
from tf.utils import read_dynamic_value, to_dynamic_value

SCHEMA = Path(__file__).resolve().parent.parent / "tests/terraform/schema.json"

# What the data sources say.
ANSWERS = {
    "aws_caller_identity": {"account_id": "123456789012"},
    "aws_partition": {"partition": "aws", "dns_suffix": "amazonaws.com"},
    "aws_region": {"region": "eu-west-1"},
}


def block(schema):
    attributes = [
        pb.Schema.Attribute(
            name=name, type=json.dumps(given["type"]).encode(), **{key: given[key] for key in given if key != "type"}
        )
        for name, given in schema["attributes"].items()
    ]
    nested = [
        pb.Schema.NestedBlock(
            type_name=name,
            nesting=pb.Schema.NestedBlock.NestingMode.Value(given["nesting_mode"].upper()),
            block=block(given["block"]),
            min_items=given.get("min_items", 0),
            max_items=given.get("max_items", 0),
        )
        for name, given in schema.get("block_types", {}).items()
    ]
    return pb.Schema.Block(attributes=attributes, block_types=nested)


def planned(schema, state):
    """The state with what only AWS can tell left open."""
    state = dict(state)
    for name, given in schema["attributes"].items():
        if given.get("computed") and state.get(name) is None:
            state[name] = Unknown
    for name, given in schema.get("block_types", {}).items():
        inside = state.get(name)
        if isinstance(inside, list):
            state[name] = [planned(given["block"], one) for one in inside]
        elif isinstance(inside, dict):
            state[name] = planned(given["block"], inside)
    return state


class Provider(rpc.ProviderServicer):
    def __init__(self, _):
        [self.schemas] = json.loads(SCHEMA.read_text("utf-8"))["provider_schemas"].values()

    def GetProviderSchema(self, request, context):
        of = lambda kind: {
            name: pb.Schema(block=block(schema["block"])) for name, schema in self.schemas[kind].items()
        }
        return pb.GetProviderSchema.Response(
            provider=pb.Schema(block=block(self.schemas["provider"]["block"])),
            resource_schemas=of("resource_schemas"),
            data_source_schemas=of("data_source_schemas"),
        )

    def ValidateProviderConfig(self, request, context):
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request, context):
        return pb.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request, context):
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request, context):
        return pb.ConfigureProvider.Response()

    def PlanResourceChange(self, request, context):
        proposed = read_dynamic_value(request.proposed_new_state)
        schema = self.schemas["resource_schemas"][request.type_name]["block"]
        return pb.PlanResourceChange.Response(planned_state=to_dynamic_value(planned(schema, proposed)))

    def ReadDataSource(self, request, context):
        state = read_dynamic_value(request.config) | ANSWERS[request.type_name]
        return pb.ReadDataSource.Response(state=to_dynamic_value(state))

    def StopProvider(self, request, context):
        return pb.StopProvider.Response()


class Named:
    """What the runner asks of a provider."""

    def full_name(self):
        return "registry.terraform.io/hashicorp/aws"


if __name__ == "__main__":
    tf.provider.ProviderServicer = Provider
    run_provider(Named())
