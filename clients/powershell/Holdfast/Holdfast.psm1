# Loads the module's functions. Every file is ASCII: 5.1 reads a file without a mark as ANSI.
Add-Type -AssemblyName System.Net.Http
if ($PSVersionTable.PSVersion.Major -lt 6) {
    # .NET Framework offers TLS 1.0 first on older hosts.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    [Net.ServicePointManager]::Expect100Continue = $false
}

foreach ($folder in @('Private', 'Public')) {
    $path = Join-Path -Path $PSScriptRoot -ChildPath $folder
    foreach ($file in @(Get-ChildItem -Path $path -Filter '*.ps1')) {
        . $file.FullName
    }
}

Export-ModuleMember -Function 'Send-HoldfastStatus', 'Sync-HoldfastSpool', 'Start-HoldfastRunner'
