"""Asks the program that started this one, a JSON line each way."""

import json
import sys


def ask(kind, question):
    print(json.dumps({kind: question}), flush=True)
    return json.loads(sys.stdin.readline())


def show(sentence):
    print(json.dumps({"shown": sentence}), flush=True)
