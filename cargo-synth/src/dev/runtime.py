"""Runs a Python handler as Lambda's runtime does: asks the runtime API for events, and posts what comes of them."""

import importlib
import json
import os
import sys
import time
import traceback
import urllib.request

API = "http://{}/2018-06-01/runtime/".format(os.environ["AWS_LAMBDA_RUNTIME_API"])
# Nothing of this machine's proxies.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Context:
    """What Lambda tells a handler of its invocation."""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))


def post(path, body):
    request = urllib.request.Request(API + path, data=body.encode(), method="POST")
    OPENER.open(request).close()


def failure(error):
    return json.dumps({
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    })


def main():
    sys.path.insert(0, os.getcwd())
    module, name = os.environ["_HANDLER"].rsplit(".", 1)
    try:
        handler = getattr(importlib.import_module(module.replace("/", ".")), name)
    except Exception as error:
        traceback.print_exc()
        post("init/error", failure(error))
        sys.exit(1)
    while True:
        with OPENER.open(API + "invocation/next") as response:
            event, context = json.load(response), Context(response.headers)
        path = "invocation/" + context.aws_request_id
        try:
            answer = json.dumps(handler(event, context))
        except Exception as error:
            traceback.print_exc()
            sys.stderr.flush()
            post(path + "/error", failure(error))
            continue
        sys.stdout.flush()
        post(path + "/response", answer)


main()
