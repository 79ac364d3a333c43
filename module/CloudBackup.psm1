# Loads the cmdlets through BackupLoader, so that their dependencies stay apart from those of other modules.
# Uses nothing but the language and Microsoft.PowerShell.Core: a bare engine (cloudbackup, tests) has no more.
# Each member that a script calls costs an import some milliseconds of compilation: what can be done in C# is done there.

if (-not ('CloudBackup.Loader.ModuleContext' -as [type])) {
    $null = [System.Reflection.Assembly]::LoadFrom("$PSScriptRoot/BackupLoader.dll")
}

# The engine has no cmdlets; importing it makes its types known by name, as in [CloudBackup.AppBackup].
$assemblies = [CloudBackup.Loader.ModuleContext]::Load("$PSScriptRoot/lib", ('BackupEngine', 'BackupCmdlets'))
$imported = Microsoft.PowerShell.Core\Import-Module -Assembly $assemblies -PassThru

# When a module is imported again with -Force, PowerShell does not export the cmdlets of an assembly that it knows already
# (PowerShell/PowerShell#20710). Adding them by hand is harmless where it does.
[CloudBackup.Infrastructure.ModuleExports]::Add($ExecutionContext, $imported)
