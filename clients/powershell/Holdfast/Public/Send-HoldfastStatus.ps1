function Send-HoldfastStatus {
    <#
    .SYNOPSIS
    Tells Holdfast how a backup ended; a status that cannot be sent now is sent later.
    .DESCRIPTION
    The status is written to the spool folder first, with its date, and the spool is sent, the
    oldest first. While the server is away it stays there until the next call, or until
    Sync-HoldfastSpool. What the server refuses for good goes to the folder "rejected".
    .PARAMETER Result
    success, warning or failed.
    .PARAMETER ExecutionDate
    When the backup started; by default now less DurationSeconds. A time without an offset is local.
    .EXAMPLE
    Send-HoldfastStatus -JobId 17 -Result success -SizeBytes 1073741824 -DurationSeconds 300.5
    .EXAMPLE
    Import-Csv runs.csv | Send-HoldfastStatus -Url https://backup.example.com -ApiKey $key
    .OUTPUTS
    Outcome (Sent, Spooled or Rejected), JobId, ExecutionId and Message.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, ValueFromPipelineByPropertyName = $true)]
        [ValidateRange(1, 9223372036854775807)]
        [long] $JobId,

        [Parameter(Mandatory = $true, ValueFromPipelineByPropertyName = $true)]
        [ValidateSet('success', 'warning', 'failed')]
        [Alias('ExecutionResult')]
        [string] $Result,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [Alias('StartTime')]
        [DateTimeOffset] $ExecutionDate,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateRange(0, 9223372036854775807)]
        [long] $SizeBytes,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateRange(0, 315360000)]
        [double] $DurationSeconds,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $ErrorMessage,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $SourceSystem = 'powershell',

        [string] $Url,
        [string] $ApiKey,
        [string] $SpoolPath
    )
    begin {
        $connection = New-HoldfastConnection -Url $Url -ApiKey $ApiKey
        $folder = Get-HoldfastFolder -SpoolPath $SpoolPath -Connection $connection -Kind 'status'
        $kept = [ordered] @{}
    }
    process {
        $fields = [ordered] @{ job_id = $JobId; execution_result = $Result.ToLowerInvariant() }
        $date = [DateTimeOffset]::Now
        if ($PSBoundParameters.ContainsKey('ExecutionDate')) { $date = $ExecutionDate }
        elseif ($PSBoundParameters.ContainsKey('DurationSeconds')) { $date = $date.AddSeconds(-1 * $DurationSeconds) }
        # With its offset and whatever the culture, so that a late status is as right as an early one.
        $fields['execution_date'] = $date.ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
        if ($PSBoundParameters.ContainsKey('SizeBytes')) { $fields['backup_size_bytes'] = $SizeBytes }
        if ($PSBoundParameters.ContainsKey('DurationSeconds')) { $fields['duration_seconds'] = [Math]::Round($DurationSeconds, 3) }
        if ($ErrorMessage) { $fields['error_message'] = $ErrorMessage }
        $fields['source_system'] = $SourceSystem
        $name = Add-HoldfastSpool -Folder $folder -Bytes (ConvertTo-HoldfastBody -Fields $fields)
        $kept[$name] = $JobId
    }
    end {
        $outcomes = @{}
        $lock = Lock-HoldfastFolder -Folder $folder
        try {
            if ($null -ne $lock) {
                foreach ($one in @(Send-HoldfastSpool -Connection $connection -Folder $folder -PathOf { '/api/backup/status' })) {
                    $outcomes[$one.Name] = $one
                }
            }
        }
        finally {
            if ($null -ne $lock) { $lock.Dispose() }
            $connection.Client.Dispose()
        }
        foreach ($name in $kept.Keys) {
            Write-HoldfastOutcome -Name $name -JobId $kept[$name] -Folder $folder -Outcome $outcomes[$name]
        }
    }
}

function Write-HoldfastOutcome {
    <#
    .SYNOPSIS
    Says what became of one status, and warns when it was not taken.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [long] $JobId,
        [Parameter(Mandatory = $true)] [string] $Folder,
        $Outcome
    )
    $told = [pscustomobject] @{ Outcome = 'Spooled'; JobId = $JobId; ExecutionId = $null; Message = '' }
    if ($null -ne $Outcome) {
        $told.Message = $Outcome.Message
        if ($Outcome.Outcome -ne 'Kept') { $told.Outcome = $Outcome.Outcome }
        if ($Outcome.Outcome -eq 'Sent' -and $null -ne $Outcome.Data) { $told.ExecutionId = $Outcome.Data.execution_id }
    }
    elseif (-not (Test-Path -LiteralPath (Join-Path -Path $Folder -ChildPath $Name))) {
        # Another call, which held the lock, has sent it.
        $told.Outcome = 'Sent'
    }
    if ($told.Outcome -eq 'Spooled') { Write-Warning ('The status of job {0} waits in {1}: {2}' -f $JobId, $Folder, $told.Message) }
    if ($told.Outcome -eq 'Rejected') { Write-Error ('The status of job {0} was refused: {1}' -f $JobId, $told.Message) }
    $told
}
