function Get-HoldfastWork {
    <#
    .SYNOPSIS
    Claims a run of this host; null when there is none, after a pause where one is due.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] $Connection)
    $platform = [System.Environment]::OSVersion.VersionString
    $body = ConvertTo-HoldfastBody -Fields ([ordered] @{ wait_seconds = 25; version = '1.0.0'; platform = $platform })
    $answer = Invoke-HoldfastPost -Connection $Connection -Path '/api/v1/runners/claim' -Body $body
    if ($answer.Status -eq 200) { return $answer.Data }
    if ($answer.Status -eq 204) {
        if ($answer.RetryAfter -gt 0) { Start-Sleep -Seconds $answer.RetryAfter }
        return $null
    }
    Write-Warning ('No claim: {0} {1}' -f $answer.Status, $answer.Message)
    Start-Sleep -Seconds ([Math]::Min(60, [Math]::Max(10, $answer.RetryAfter)))
    return $null
}

function Send-HoldfastHeartbeat {
    <#
    .SYNOPSIS
    Tells that a run goes on; gives "go", "stop" or "lost".
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [long] $ExecutionId,
        $Progress
    )
    $fields = [ordered] @{}
    if ($null -ne $Progress) { $fields['progress'] = [Math]::Min(1.0, [Math]::Max(0.0, [double] $Progress)) }
    $path = '/api/v1/executions/' + $ExecutionId + '/heartbeat'
    $answer = Invoke-HoldfastPost -Connection $Connection -Path $path -Body (ConvertTo-HoldfastBody -Fields $fields)
    if ($answer.Status -eq 200 -and $answer.Data.cancel) { return 'stop' }
    # Whoever has the run now, it is not ours. A server that is away is another matter.
    if (Test-HoldfastRefusal -Answer $answer) { return 'lost' }
    return 'go'
}

function Wait-HoldfastTool {
    <#
    .SYNOPSIS
    Follows a tool's run to its end, with heartbeats; gives the fields of its completion.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [long] $ExecutionId,
        [Parameter(Mandatory = $true)] $Run
    )
    $nextBeat = [DateTime]::UtcNow
    $ends = ''
    $giveUp = [DateTime]::MaxValue
    while ($true) {
        $state = Get-HoldfastToolState -Run $Run
        if ($state.IsOver -or [DateTime]::UtcNow -ge $giveUp) { break }
        if ([DateTime]::UtcNow -ge $nextBeat) {
            $nextBeat = [DateTime]::UtcNow.AddSeconds(15)
            $word = Send-HoldfastHeartbeat -Connection $Connection -ExecutionId $ExecutionId -Progress $state.Progress
            if ($word -ne 'go' -and -not $ends) {
                $ends = $word
                $giveUp = [DateTime]::UtcNow.AddMinutes(10)
                Stop-HoldfastTool -Run $Run
            }
        }
        Start-Sleep -Seconds 2
    }
    if ($ends -eq 'stop') { return [ordered] @{ status = 'cancelled' } }
    if ($ends -eq 'lost') { return New-HoldfastFailure -Code 'RUNNER_STOPPED' -Message 'The run was no longer ours.' }
    $fields = [ordered] @{ status = $state.Status }
    if ($null -ne $state.SizeBytes) { $fields['backup_size_bytes'] = $state.SizeBytes }
    if ($state.Code) { $fields['error_code'] = $state.Code }
    if ($state.Message) { $fields['error_message'] = $state.Message }
    return $fields
}

function New-HoldfastFailure {
    <#
    .SYNOPSIS
    The fields of a completion that failed; a code may stand before the message's first colon.
    #>
    [CmdletBinding()]
    param(
        [string] $Code = 'ENGINE_FAILED',
        [string] $Message
    )
    if ($Message -cmatch '^([A-Z][A-Z_]+): (.*)$') {
        $Code = $Matches[1]
        $Message = $Matches[2]
    }
    if (-not $Message) { $Message = $Code }
    return [ordered] @{ status = 'failed'; error_code = $Code; error_message = $Message }
}

function Invoke-HoldfastWork {
    <#
    .SYNOPSIS
    Does one claimed run; its completion is on disk before it is sent, also after Ctrl-C.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [string] $Folder,
        [Parameter(Mandatory = $true)] $Work,
        [Parameter(Mandatory = $true)] $Options
    )
    $executionId = [long] $Work.execution_id
    $running = Join-Path -Path $Folder -ChildPath ([string] $executionId + '.running')
    Save-HoldfastFile -Path $running -Bytes ([System.Text.Encoding]::UTF8.GetBytes([string] $executionId))
    $run = $null
    $fields = $null
    try {
        $run = Start-HoldfastTool -Work $Work -Options $Options
        $fields = Wait-HoldfastTool -Connection $Connection -ExecutionId $executionId -Run $run
    }
    catch {
        $fields = New-HoldfastFailure -Message $_.Exception.Message
    }
    finally {
        if ($null -eq $fields) {
            # Ctrl-C comes here and not into catch.
            if ($null -ne $run) { Stop-HoldfastTool -Run $run }
            $fields = New-HoldfastFailure -Code 'RUNNER_STOPPED' -Message 'The runner was stopped.'
        }
        Save-HoldfastCompletion -Folder $Folder -ExecutionId $executionId -Fields $fields
        Remove-Item -LiteralPath $running -Force
    }
}

function Save-HoldfastCompletion {
    <#
    .SYNOPSIS
    Keeps how a run ended until the server has taken it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Folder,
        [Parameter(Mandatory = $true)] [long] $ExecutionId,
        [Parameter(Mandatory = $true)] [System.Collections.IDictionary] $Fields
    )
    $path = Join-Path -Path $Folder -ChildPath ([string] $ExecutionId + '.json')
    Save-HoldfastFile -Path $path -Bytes (ConvertTo-HoldfastBody -Fields $Fields)
}

function Restore-HoldfastRun {
    <#
    .SYNOPSIS
    Reports what a runner that was killed has left behind.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory = $true)] [string] $Folder)
    foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Filter '*.running')) {
        $fields = New-HoldfastFailure -Code 'RUNNER_STOPPED' -Message 'The runner was killed; its tool may have gone on.'
        Save-HoldfastCompletion -Folder $Folder -ExecutionId ([long] $file.BaseName) -Fields $fields
        Remove-Item -LiteralPath $file.FullName -Force
    }
}

function Send-HoldfastCompletion {
    <#
    .SYNOPSIS
    Sends the completions that wait; one that the server has no use for is put aside.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] $Connection,
        [Parameter(Mandatory = $true)] [string] $Folder
    )
    $pathOf = { param($file) '/api/v1/executions/' + $file.BaseName + '/complete' }
    foreach ($one in @(Send-HoldfastSpool -Connection $Connection -Folder $Folder -PathOf $pathOf -Tries 1)) {
        if ($one.Outcome -eq 'Sent') { Write-Verbose ('Execution {0} was told.' -f $one.Name) }
        else { Write-Warning ('Execution {0}: {1} {2}' -f $one.Name, $one.Status, $one.Message) }
    }
}
