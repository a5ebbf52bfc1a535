"""The PowerShell module, as far as it can be judged without PowerShell."""

import re

import pytest

from tests.support.powershell import FILES, MODULE, functions, parse, quoted, text_of, walk

FUNCTIONS = {function.name: function for function in functions()}
EACH_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
EACH_FUNCTION = pytest.mark.parametrize("name", sorted(FUNCTIONS))
VERBS = {
    *("Add", "ConvertTo", "Get", "Invoke", "Lock", "Move", "New", "Read", "Restore", "Save"),
    *("Send", "Start", "Stop", "Sync", "Test", "Wait", "Write"),
}
# What Windows PowerShell 5.1 brings along, with the parameters that it has there.
SHELL = {
    "ConvertFrom-Json": {"InputObject"},
    "ConvertTo-Json": {"InputObject", "Depth", "Compress"},
    "Get-ChildItem": {"LiteralPath", "Path", "Filter"},
    "Get-Command": {"Name", "ErrorAction"},
    "Import-Module": {"Name", "DisableNameChecking", "ErrorAction"},
    "Join-Path": {"Path", "ChildPath"},
    "Move-Item": {"LiteralPath", "Destination", "Force"},
    "Out-Null": set(),
    "Remove-Item": {"LiteralPath", "Force"},
    "Sort-Object": {"Property"},
    "Start-Sleep": {"Seconds", "Milliseconds"},
    "Test-Path": {"LiteralPath"},
    "Where-Object": set(),
    "Write-Error": set(),
    "Write-Verbose": set(),
    "Write-Warning": set(),
}
# The tools' own, from their makers' pages.
TOOLS = {
    "Get-VBRJob": {"WarningAction"},
    "Start-VBRJob": {"Job", "FullBackup", "RunAsync", "ErrorAction"},
    "Stop-VBRJob": {"Job"},
    "Get-VBRBackupSession": {"Id"},
    "Get-WBJob": {"Previous"},
    "Get-WBPolicy": set(),
    "Get-WBSummary": set(),
    "Start-WBBackup": {"Policy", "Async", "Force", "ErrorAction"},
    "Stop-WBJob": set(),
}
AUTOMATIC = {"$_", "$null", "$true", "$false", "$HOME", "$Matches", "$PSBoundParameters"}


@EACH_FILE
def test_every_file_parses_as_both_versions_do(path):
    """The grammar knows neither `??` nor `? :`, and `&&` is a node of its own."""
    wrong = [
        (node.start_point, text_of(node)[:60])
        for node in walk(parse(path))
        if node.type in ("ERROR", "pipeline_chain_tail") or node.is_missing
    ]

    assert wrong == []


@EACH_FILE
def test_every_file_is_ascii(path):
    """Windows PowerShell 5.1 reads a file without a byte order mark as ANSI."""
    assert path.read_bytes().isascii()


def test_what_is_exported_is_there_and_is_told_twice_alike():
    manifest = (MODULE / "Holdfast.psd1").read_text()
    exported = quoted(re.search(r"FunctionsToExport\s*=\s*@\((.*?)\)", manifest).group(1))
    module = (MODULE / "Holdfast.psm1").read_text()

    assert exported == {"Send-HoldfastStatus", "Start-HoldfastRunner", "Sync-HoldfastSpool"}
    assert quoted(module.partition("Export-ModuleMember")[2]) == exported
    assert {FUNCTIONS[name].path.stem for name in exported} == exported
    assert {FUNCTIONS[name].path.parent.name for name in exported} == {"Public"}


def test_the_manifest_names_the_versions():
    manifest = (MODULE / "Holdfast.psd1").read_text()

    assert "PowerShellVersion    = '5.1'" in manifest
    assert "CompatiblePSEditions = @('Desktop', 'Core')" in manifest


@EACH_FUNCTION
def test_a_function_is_explained_and_named_by_an_approved_verb(name):
    verb, _, noun = name.partition("-")

    assert verb in VERBS
    assert noun.startswith("Holdfast")
    assert re.search(r"\{\s*<#\s+\.SYNOPSIS\s+\S", FUNCTIONS[name].text)


@EACH_FUNCTION
def test_a_function_calls_what_is_there_with_what_it_takes(name):
    for called, given in FUNCTIONS[name].calls:
        if called in FUNCTIONS:
            known = {parameter.lstrip("$") for parameter in FUNCTIONS[called].parameters}
        elif called.startswith("$"):
            continue
        else:
            known = {**SHELL, **TOOLS}[called]
        assert given <= known, called


@EACH_FUNCTION
def test_a_function_reads_no_variable_that_nothing_sets(name):
    function = FUNCTIONS[name]
    read = {word for word in function.used if not word.startswith("$env:")}

    assert read - function.assigned - AUTOMATIC == set()


@EACH_FILE
def test_nothing_of_powershell_7_alone_is_named(path):
    text = path.read_text()

    for word in ("-SkipCertificateCheck", "-AsHashtable", "-Parallel", "-SkipHttpErrorCheck"):
        assert word not in text
    assert "Invoke-RestMethod" not in text
    assert "Invoke-WebRequest" not in text


def test_dates_are_written_in_no_culture_of_the_host():
    """A Thai or Arabic host writes another year by its own calendar."""
    for function in FUNCTIONS.values():
        for call in re.findall(r"\.ToString\('(?:o'|[^']*yy)[^)]*\)", function.text):
            assert "InvariantCulture" in call
