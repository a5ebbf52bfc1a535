function Start-HoldfastRunner {
    <#
    .SYNOPSIS
    Runs this host's Veeam, Windows Server Backup and AOMEI jobs when Holdfast asks for them.
    .DESCRIPTION
    Claims one run after the other (long poll), starts the tool's own job, tells how far it is, stops
    it when asked to, and tells how it ended. The name of the tool's job is the source_path of the
    job in Holdfast. Ends with Ctrl-C.
    .PARAMETER ApiKey
    The runner's key, from POST /api/v1/runners.
    .PARAMETER AllowedName
    Patterns; a run of another name is refused by this host, whatever the server says.
    .PARAMETER Tool
    The tools that this host runs.
    .PARAMETER AomeiArguments
    The command line of AOMEI's program; {0} stands for the task's name.
    .PARAMETER Once
    Claim once, do what there is, and end: for a scheduled task.
    .EXAMPLE
    Start-HoldfastRunner -Url https://backup.example.com -ApiKey $key -Tool veeam -AllowedName 'Nightly*'
    #>
    [CmdletBinding()]
    param(
        [string] $Url,
        [string] $ApiKey,
        [string] $SpoolPath,
        [string[]] $AllowedName = @('*'),
        [ValidateSet('veeam', 'wsb', 'aomei')]
        [string[]] $Tool = @('veeam', 'wsb', 'aomei'),
        [string] $AomeiPath,
        [string] $AomeiArguments = '/b "{0}"',
        [switch] $Once
    )
    $connection = New-HoldfastConnection -Url $Url -ApiKey $ApiKey
    $options = [pscustomobject] @{
        AllowedName    = $AllowedName
        Tool           = $Tool
        AomeiPath      = $AomeiPath
        AomeiArguments = $AomeiArguments
    }
    $folder = Get-HoldfastFolder -SpoolPath $SpoolPath -Connection $connection -Kind 'runner'
    # A second runner would take the first one's run for one that was left behind.
    $lock = Lock-HoldfastFolder -Folder $folder -TimeoutSeconds 0
    if ($null -eq $lock) { throw ('Another runner uses {0}.' -f $folder) }
    try {
        Restore-HoldfastRun -Folder $folder
        do {
            Send-HoldfastCompletion -Connection $connection -Folder $folder
            $work = Get-HoldfastWork -Connection $connection
            if ($null -ne $work) {
                Invoke-HoldfastWork -Connection $connection -Folder $folder -Work $work -Options $options
                Send-HoldfastCompletion -Connection $connection -Folder $folder
            }
        } while (-not $Once)
    }
    finally {
        $lock.Dispose()
        $connection.Client.Dispose()
    }
}
