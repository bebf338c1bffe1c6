"""What all parts of the test share."""

QUESTION = "ザッカーバーグ氏の10億ドルのオファーを断ったのは誰?"
TITLE = "Meta CEO マーク・ザッカーバーグ氏からの 10 億ドルのオファー"


def check(held, what):
    if not held:
        raise AssertionError(what)


def equal(received, expected, what):
    check(received == expected, f"{what}: expected {expected!r}, received {received!r}")
