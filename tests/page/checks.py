"""What all parts of the test share."""

QUESTION = "ザッカーバーグ氏の10億ドルのオファーを断ったのは誰?"
TITLE = "Meta CEO マーク・ザッカーバーグ氏からの 10 億ドルのオファー"


def violations(browser, where):
    """What axe-core finds serious or critical."""
    script = """
      const failed = (error) => arguments[0]([{impact: 'serious', id: String(error), nodes: []}]);
      axe.run(document, {resultTypes: ['violations']}).then((result) => arguments[0](result.violations), failed)"""
    found = []
    for violation in browser.run_async(script):
        if violation["impact"] in ("serious", "critical"):
            nodes = [f"  {node['html'][:200]}: {node.get('failureSummary')}" for node in violation["nodes"][:3]]
            found.append("\n".join([f"{where}: {violation['id']}: {violation.get('help')}", *nodes]))
    return found


def check(held, what):
    if not held:
        raise AssertionError(what)


def equal(received, expected, what):
    check(received == expected, f"{what}: expected {expected!r}, received {received!r}")
