# Loads the cmdlets through BackupLoader, so that their dependencies stay apart from those of other modules.
# Uses nothing but the language and Microsoft.PowerShell.Core: a bare engine (cloudbackup, tests) has no more.

$importModule = Get-Command -Name Import-Module -Module Microsoft.PowerShell.Core

if (-not ('CloudBackup.Loader.ModuleContext' -as [type])) {
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Join($PSScriptRoot, 'BackupLoader.dll'))
}
$folder = [System.IO.Path]::Join($PSScriptRoot, 'lib')

# The engine has no cmdlets; importing it makes its types known by name, as in [CloudBackup.AppBackup].
& $importModule -Assembly ([CloudBackup.Loader.ModuleContext]::Load($folder, 'BackupEngine'))
$cmdlets = & $importModule -Assembly ([CloudBackup.Loader.ModuleContext]::Load($folder, 'BackupCmdlets')) -PassThru

# When a module is imported again with -Force, PowerShell does not export the cmdlets of an assembly that it knows already
# (PowerShell/PowerShell#20710). Adding them by hand is harmless where it does.
$add = [System.Management.Automation.PSModuleInfo].GetMethod(
    'AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
foreach ($cmdlet in $cmdlets.ExportedCmdlets.Values) {
    $null = $add.Invoke($ExecutionContext.SessionState.Module, @(, $cmdlet))
}
