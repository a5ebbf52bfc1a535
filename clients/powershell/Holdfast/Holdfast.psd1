@{
    RootModule           = 'Holdfast.psm1'
    ModuleVersion        = '1.0.0'
    GUID                 = '6f0f2d1e-8a50-4a0e-9d3b-4f5c1c6a7b21'
    Author               = 'Holdfast'
    Description          = 'Tells Holdfast how backups ended, and runs backup jobs of this host for it.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FunctionsToExport    = @('Send-HoldfastStatus', 'Sync-HoldfastSpool', 'Start-HoldfastRunner')
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
}
