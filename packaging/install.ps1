# Installs tane for you alone, into %LOCALAPPDATA%\tane (TANE_INSTALL_DIR names another folder). It checks the SHA-256 sum of
# what it fetches. The release workflow puts in its version and its address.
$ErrorActionPreference = "Stop"
$version = "@VERSION@"
$base = if ($env:TANE_BASE_URL) { $env:TANE_BASE_URL } else { "@BASE_URL@" }
$to = if ($env:TANE_INSTALL_DIR) { $env:TANE_INSTALL_DIR } else { Join-Path $env:LOCALAPPDATA "tane" }

if (-not [Environment]::Is64BitOperatingSystem) { throw "tane needs 64-bit Windows" }
$name = "tane-$version-x86_64-pc-windows-msvc"
$work = Join-Path ([IO.Path]::GetTempPath()) ([IO.Path]::GetRandomFileName())
New-Item -ItemType Directory -Path $work | Out-Null
try {
    $archive = Join-Path $work "$name.zip"
    Invoke-WebRequest -UseBasicParsing -Uri "$base/$name.zip" -OutFile $archive
    Invoke-WebRequest -UseBasicParsing -Uri "$base/$name.zip.sha256" -OutFile "$archive.sha256"
    $expected = ((Get-Content "$archive.sha256" -Raw) -split "\s+")[0]
    $received = (Get-FileHash -Algorithm SHA256 $archive).Hash.ToLower()
    if ($expected -ne $received) {
        throw "the archive has SHA-256 $received, expected $expected; nothing was installed"
    }
    Expand-Archive -Path $archive -DestinationPath $work
    New-Item -ItemType Directory -Force -Path $to | Out-Null
    Copy-Item -Force (Join-Path $work "$name\tane.exe") $to
    Write-Host "installed $(& (Join-Path $to 'tane.exe') -V) in $to"
    $path = [Environment]::GetEnvironmentVariable("Path", "User")
    if (-not (($path -split ";") -contains $to)) {
        [Environment]::SetEnvironmentVariable("Path", "$path;$to", "User")
        Write-Host "$to is on your path in new windows"
    }
} finally {
    Remove-Item -Recurse -Force $work
}
