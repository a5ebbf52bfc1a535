function New-HoldfastState {
    <#
    .SYNOPSIS
    How a tool's run stands: over or not, and with what result.
    #>
    [CmdletBinding()]
    param(
        [bool] $IsOver,
        [string] $Status = 'failed',
        [string] $Code = '',
        [string] $Message = '',
        $SizeBytes = $null,
        $Progress = $null
    )
    [pscustomobject] @{
        IsOver    = $IsOver
        Status    = $Status
        Code      = $Code
        Message   = $Message
        SizeBytes = $SizeBytes
        Progress  = $Progress
    }
}

function Start-HoldfastTool {
    <#
    .SYNOPSIS
    Starts the tool's own job of this name; throws when it cannot.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Work,
        [Parameter(Mandatory = $true)] $Options
    )
    $name = [string] $Work.job.source_path
    $tool = [string] $Work.job.backup_tool
    if ($Options.Tool -notcontains $tool) { throw ('NOT_ALLOWED: This host runs no {0}.' -f $tool) }
    $isAllowed = $false
    foreach ($pattern in $Options.AllowedName) {
        if ($name -like $pattern) { $isAllowed = $true }
    }
    if (-not $isAllowed) { throw ('NOT_ALLOWED: {0} is not among the allowed names of this host.' -f $name) }
    if ($Work.kind -ne 'backup') { throw 'NOT_ALLOWED: This runner does backups only.' }
    switch ($tool) {
        'veeam' { return Start-HoldfastVeeam -Name $name -IsFull ($Work.backup_type -eq 'full') }
        'wsb' { return Start-HoldfastWsb }
        'aomei' { return Start-HoldfastAomei -Name $name -Options $Options }
    }
    throw ('ENGINE_MISSING: {0} is not known here.' -f $tool)
}

function Get-HoldfastToolState {
    <#
    .SYNOPSIS
    Asks the tool how its run stands.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Run)
    switch ($Run.Tool) {
        'veeam' { return Get-HoldfastVeeamState -Run $Run }
        'wsb' { return Get-HoldfastWsbState -Run $Run }
        'aomei' { return Get-HoldfastAomeiState -Run $Run }
    }
}

function Stop-HoldfastTool {
    <#
    .SYNOPSIS
    Asks the tool to end its run; it may take a while to do so.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Run)
    switch ($Run.Tool) {
        'veeam' { Stop-VBRJob -Job $Run.Job | Out-Null }
        'wsb' { Stop-WBJob | Out-Null }
        'aomei' { if (-not $Run.Process.HasExited) { $Run.Process.Kill() } }
    }
}

function Start-HoldfastVeeam {
    <#
    .SYNOPSIS
    Starts a Veeam job by its name.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [bool] $IsFull
    )
    if (-not (Get-Command -Name 'Start-VBRJob' -ErrorAction SilentlyContinue)) {
        Import-Module -Name 'Veeam.Backup.PowerShell' -DisableNameChecking -ErrorAction SilentlyContinue
    }
    if (-not (Get-Command -Name 'Start-VBRJob' -ErrorAction SilentlyContinue)) {
        throw 'ENGINE_MISSING: The PowerShell module of Veeam Backup & Replication is not installed.'
    }
    $job = @(Get-VBRJob -WarningAction SilentlyContinue | Where-Object { $_.Name -eq $Name })[0]
    if ($null -eq $job) { throw ('SOURCE_NOT_FOUND: Veeam has no job called {0}.' -f $Name) }
    if ($IsFull) { $session = Start-VBRJob -Job $job -FullBackup -RunAsync -ErrorAction Stop }
    else { $session = Start-VBRJob -Job $job -RunAsync -ErrorAction Stop }
    [pscustomobject] @{ Tool = 'veeam'; Job = $job; SessionId = $session.Id; Process = $null; Since = [DateTime]::Now }
}

function Get-HoldfastVeeamState {
    <#
    .SYNOPSIS
    How the session of a Veeam job stands.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Run)
    $session = Get-VBRBackupSession -Id $Run.SessionId
    if ($null -eq $session) { return New-HoldfastState -IsOver $false }
    $progress = $null
    $size = $null
    if ($null -ne $session.BaseProgress) { $progress = [double] $session.BaseProgress / 100 }
    if ($null -ne $session.BackupStats) { $size = [long] $session.BackupStats.BackupSize }
    if ([string] $session.State -ne 'Stopped') { return New-HoldfastState -IsOver $false -Progress $progress }
    switch ([string] $session.Result) {
        'Success' { return New-HoldfastState -IsOver $true -Status 'success' -SizeBytes $size }
        'Warning' { return New-HoldfastState -IsOver $true -Status 'warning' -Code 'TOOL_WARNED' -Message 'Veeam ended with a warning; see its session.' -SizeBytes $size }
        'None' { return New-HoldfastState -IsOver $false -Progress $progress }
    }
    return New-HoldfastState -IsOver $true -Code 'TOOL_FAILED' -Message 'Veeam failed; see its session.'
}

function Start-HoldfastWsb {
    <#
    .SYNOPSIS
    Starts the backup that the policy of Windows Server Backup describes.
    #>
    [CmdletBinding()]
    param()
    if (-not (Get-Command -Name 'Start-WBBackup' -ErrorAction SilentlyContinue)) {
        throw 'ENGINE_MISSING: Windows Server Backup is not installed.'
    }
    $policy = Get-WBPolicy
    if ($null -eq $policy) { throw 'SOURCE_NOT_FOUND: Windows Server Backup has no policy on this host.' }
    $since = [DateTime]::Now
    Start-WBBackup -Policy $policy -Async -Force -ErrorAction Stop | Out-Null
    [pscustomobject] @{ Tool = 'wsb'; Job = $null; SessionId = $null; Process = $null; Since = $since }
}

function Get-HoldfastWsbState {
    <#
    .SYNOPSIS
    How the backup of Windows Server Backup stands; the event log knows of it once it is over.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Run)
    $current = Get-WBJob
    if ($null -ne $current -and [string] $current.JobState -eq 'Running') { return New-HoldfastState -IsOver $false }
    $last = @(Get-WBJob -Previous 1)[0]
    # A minute, since the two clocks are read at two places.
    if ($null -eq $last -or $last.StartTime -lt $Run.Since.AddMinutes(-1)) {
        if ([DateTime]::Now -lt $Run.Since.AddMinutes(10)) { return New-HoldfastState -IsOver $false }
        $summary = Get-WBSummary
        return New-HoldfastState -IsOver $true -Code 'TOOL_FAILED' -Message ('No backup was made; the last result is {0}.' -f $summary.LastBackupResultHR)
    }
    if ($last.HResult -ne 0) {
        return New-HoldfastState -IsOver $true -Code 'TOOL_FAILED' -Message ('Windows Server Backup failed with 0x{0:X8}: {1}' -f $last.HResult, $last.ErrorDescription)
    }
    if ($last.DetailedHResult -ne 0) {
        return New-HoldfastState -IsOver $true -Status 'warning' -Code 'TOOL_WARNED' -Message ('Some items were left out (0x{0:X8}).' -f $last.DetailedHResult)
    }
    return New-HoldfastState -IsOver $true -Status 'success'
}

function Start-HoldfastAomei {
    <#
    .SYNOPSIS
    Starts an AOMEI Backupper task by its command line.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] $Options
    )
    # The name becomes part of a command line: no quotes, no switches.
    if ($Name -notmatch '^\w[\w .()-]{0,199}$') { throw 'NOT_ALLOWED: A name of letters, digits, spaces and .()- is asked for.' }
    $program = $Options.AomeiPath
    if (-not $program -or -not (Test-Path -LiteralPath $program)) {
        throw 'ENGINE_MISSING: Give -AomeiPath, where AMBackup.exe or ABCmd.exe lies.'
    }
    $info = [System.Diagnostics.ProcessStartInfo]::new()
    $info.FileName = $program
    $info.Arguments = $Options.AomeiArguments.Replace('{0}', $Name)
    $info.UseShellExecute = $false
    $info.CreateNoWindow = $true
    $process = [System.Diagnostics.Process]::Start($info)
    [pscustomobject] @{ Tool = 'aomei'; Job = $null; SessionId = $null; Process = $process; Since = [DateTime]::Now }
}

function Get-HoldfastAomeiState {
    <#
    .SYNOPSIS
    How AOMEI's process stands; it ends with 0 when all went well.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Run)
    if (-not $Run.Process.HasExited) { return New-HoldfastState -IsOver $false }
    $code = $Run.Process.ExitCode
    if ($code -eq 0) { return New-HoldfastState -IsOver $true -Status 'success' }
    return New-HoldfastState -IsOver $true -Code 'TOOL_FAILED' -Message ('AOMEI Backupper ended with {0}.' -f $code)
}
