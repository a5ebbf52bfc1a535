function Get-HoldfastFolder {
    <#
    .SYNOPSIS
    The folder of one server's spool, made when it is missing.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [string] $SpoolPath,
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [string] $Kind
    )
    if (-not $SpoolPath) { $SpoolPath = $env:HOLDFAST_SPOOL }
    if (-not $SpoolPath) {
        $base = $env:ProgramData
        if (-not $base) { $base = Join-Path -Path $HOME -ChildPath '.local/state' }
        $SpoolPath = Join-Path -Path (Join-Path -Path $base -ChildPath 'Holdfast') -ChildPath 'spool'
    }
    $folder = Join-Path -Path (Join-Path -Path $SpoolPath -ChildPath $Connection.SiteKey) -ChildPath $Kind
    $rejected = Join-Path -Path $folder -ChildPath 'rejected'
    [void] [System.IO.Directory]::CreateDirectory($rejected)
    return $folder
}

function Save-HoldfastFile {
    <#
    .SYNOPSIS
    Writes the bytes so that after a power cut all of them are there, or no file is.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    $draft = $Path + '.draft'
    $stream = [System.IO.File]::Create($draft)
    try {
        $stream.Write($Bytes, 0, $Bytes.Length)
        $stream.Flush($true)
    }
    finally {
        $stream.Dispose()
    }
    if (Test-Path -LiteralPath $Path) { Remove-Item -LiteralPath $Path -Force }
    [System.IO.File]::Move($draft, $Path)
}

function Add-HoldfastSpool {
    <#
    .SYNOPSIS
    Keeps a body until the server has taken it; gives the file's name, which sorts by time.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Folder,
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    $moment = [DateTime]::UtcNow.ToString('yyyyMMddTHHmmssfffffff', [System.Globalization.CultureInfo]::InvariantCulture)
    $name = $moment + '-' + [Guid]::NewGuid().ToString('N') + '.json'
    Save-HoldfastFile -Path (Join-Path -Path $Folder -ChildPath $name) -Bytes $Bytes
    return $name
}

function Lock-HoldfastFolder {
    <#
    .SYNOPSIS
    An open file that nobody else may open; null when another process has it for too long.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Folder,
        [int] $TimeoutSeconds = 60
    )
    $path = Join-Path -Path $Folder -ChildPath 'lock'
    $giveUp = [DateTime]::UtcNow.AddSeconds($TimeoutSeconds)
    while ($true) {
        try {
            return [System.IO.File]::Open($path, [System.IO.FileMode]::OpenOrCreate, [System.IO.FileAccess]::ReadWrite, [System.IO.FileShare]::None)
        }
        catch [System.IO.IOException] {
            if ([DateTime]::UtcNow -ge $giveUp) { return $null }
        }
        Start-Sleep -Milliseconds 200
    }
}

function Send-HoldfastSpool {
    <#
    .SYNOPSIS
    Sends what a folder keeps, the oldest first, and gives for each file what became of it.
    .DESCRIPTION
    Stops at the first file that the server cannot take now. What it refuses for good goes to the
    folder "rejected", with the reason beside it. The caller holds the folder's lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [string] $Folder,
        [Parameter(Mandatory = $true)] [scriptblock] $PathOf,
        [int] $Tries = 3
    )
    $files = @(Get-ChildItem -LiteralPath $Folder -Filter '*.json' | Where-Object { -not $_.PSIsContainer } | Sort-Object -Property Name)
    foreach ($file in $files) {
        $bytes = [System.IO.File]::ReadAllBytes($file.FullName)
        $path = & $PathOf $file
        $answer = $null
        for ($try = 1; $try -le $Tries; $try++) {
            $answer = Invoke-HoldfastPost -Connection $Connection -Path $path -Body $bytes
            $isSettled = ($answer.Status -ge 200 -and $answer.Status -lt 300) -or (Test-HoldfastRefusal -Answer $answer) -or $answer.Status -eq 401 -or $answer.Status -eq 403
            if ($isSettled -or $try -eq $Tries) { break }
            Start-Sleep -Seconds ([Math]::Min(30, [Math]::Max($answer.RetryAfter, 2 * $try)))
        }
        $outcome = [pscustomobject] @{ Name = $file.Name; Outcome = 'Kept'; Status = $answer.Status; Message = $answer.Message; Data = $answer.Data }
        if ($answer.Status -ge 200 -and $answer.Status -lt 300) {
            Remove-Item -LiteralPath $file.FullName -Force
            $outcome.Outcome = 'Sent'
        }
        elseif (Test-HoldfastRefusal -Answer $answer) {
            Move-HoldfastRejected -File $file -Reason ('{0} {1}: {2}' -f $answer.Status, $answer.Code, $answer.Message)
            $outcome.Outcome = 'Rejected'
        }
        $outcome
        if ($outcome.Outcome -eq 'Kept') { return }
    }
}

function Move-HoldfastRejected {
    <#
    .SYNOPSIS
    Moves a file out of the way for good, with the server's reason beside it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $File,
        [string] $Reason
    )
    $folder = Join-Path -Path $File.DirectoryName -ChildPath 'rejected'
    $target = Join-Path -Path $folder -ChildPath $File.Name
    Save-HoldfastFile -Path ($target + '.reason.txt') -Bytes ([System.Text.Encoding]::UTF8.GetBytes($Reason))
    Move-Item -LiteralPath $File.FullName -Destination $target -Force
}
