function Sync-HoldfastSpool {
    <#
    .SYNOPSIS
    Sends the statuses that wait on this host.
    .DESCRIPTION
    Send-HoldfastStatus does so at each call; a scheduled task may do it more often.
    .EXAMPLE
    Sync-HoldfastSpool -Url https://backup.example.com -ApiKey $key
    .OUTPUTS
    For each file its Name, Outcome (Sent, Rejected, Kept), Status, Message and Data.
    #>
    [CmdletBinding()]
    param(
        [string] $Url,
        [string] $ApiKey,
        [string] $SpoolPath
    )
    $connection = New-HoldfastConnection -Url $Url -ApiKey $ApiKey
    try {
        $folder = Get-HoldfastFolder -SpoolPath $SpoolPath -Connection $connection -Kind 'status'
        $lock = Lock-HoldfastFolder -Folder $folder
        if ($null -eq $lock) { return }
        try {
            Send-HoldfastSpool -Connection $connection -Folder $folder -PathOf { '/api/backup/status' }
        }
        finally {
            $lock.Dispose()
        }
    }
    finally {
        $connection.Client.Dispose()
    }
}
