"""The official `openai` client against `tane serve`: what it sends by itself, and what it makes of our errors."""

import base64
import math
import struct
import sys

import openai

base, model = sys.argv[1], "multilingual-e5-small"
client = openai.OpenAI(base_url=f"{base}/v1", api_key="none", max_retries=0)

# Without an encoding the client asks for base64 and decodes it.
texts = ["猫は箱が好きだ。", "箱に入りたがる猫が多い。", "株価が大きく下落した。"]
answer = client.embeddings.create(model=model, input=texts)
assert [item.index for item in answer.data] == [0, 1, 2]
assert answer.model == model and answer.object == "list"
assert answer.usage.prompt_tokens == answer.usage.total_tokens > 10
vectors = [item.embedding for item in answer.data]
assert all(len(vector) == 384 for vector in vectors)
assert all(abs(math.fsum(x * x for x in vector) - 1) < 1e-3 for vector in vectors)


def cosine(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


assert cosine(vectors[0], vectors[1]) > cosine(vectors[0], vectors[2]) + 0.03

# Floats and base64 are the same numbers.
floats = client.embeddings.create(model=model, input=texts[0], encoding_format="float").data[0].embedding
raw = client.embeddings.with_raw_response.create(model=model, input=texts[0], encoding_format="base64")
decoded = struct.unpack("<384f", base64.b64decode(__import__("json").loads(raw.text)["data"][0]["embedding"]))
assert max(abs(a - b) for a, b in zip(floats, decoded)) < 1e-7
assert max(abs(a - b) for a, b in zip(floats, vectors[0])) < 1e-2

# Questions and passages are told apart by the model's name or by `input_type`.
query = client.embeddings.create(model=f"{model}:query", input=texts[0]).data[0].embedding
typed = client.embeddings.create(model=model, input=texts[0], extra_body={"input_type": "query"}).data[0].embedding
assert query == typed and query != floats
assert client.embeddings.create(model=model, input=texts[0], dimensions=384).data[0].embedding == floats

# A text over the model's limit is embedded whole.
long = client.embeddings.create(model=model, input="長い文章。" * 700)
assert long.usage.prompt_tokens > 1000 and len(long.data[0].embedding) == 384

assert [m.id for m in client.models.list()] == [model, f"{model}:query", f"{model}:passage"]
assert client.models.retrieve(f"{model}:query").owned_by == "tane"


def refused(kind, param, code=None, **request):
    try:
        client.embeddings.create(**{"model": model, "input": "a", **request})
    except kind as error:
        assert error.param == param and error.code == code, (error.param, error.code)
        assert error.type == "invalid_request_error" and error.message, error
        return error.message
    raise AssertionError(f"{request} was taken")


assert "256" in refused(openai.BadRequestError, "dimensions", dimensions=256)
assert "token ids" in refused(openai.BadRequestError, "input", input=[1, 2, 3])
assert "token ids" in refused(openai.BadRequestError, "input", input=[[1, 2], [3]])
refused(openai.BadRequestError, "input", input="")
refused(openai.BadRequestError, "input", input=[])
refused(openai.BadRequestError, "input", input=["a"] * 2049)
refused(openai.BadRequestError, "encoding_format", encoding_format="hex")
refused(openai.BadRequestError, "colour", extra_body={"colour": "red"})
refused(openai.BadRequestError, "input_type", model=f"{model}:query", extra_body={"input_type": "passage"})
refused(openai.NotFoundError, "model", "model_not_found", model="text-embedding-3-small")
try:
    client.chat.completions.create(model=model, messages=[{"role": "user", "content": "hello"}])
    raise AssertionError("there is no chat here")
except openai.NotFoundError as error:
    assert "/v1/chat/completions" in error.message
print("openai", openai.__version__, "ok")
