# Loads the cmdlets through BackupLoader, so that their dependencies stay apart from those of other modules.
# Uses nothing but the language and Microsoft.PowerShell.Core: a bare engine (cloudbackup, tests) has no more.
# Each member that a script calls costs an import some milliseconds of compilation: what can be done in C# is done there.

if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    throw "CloudBackup needs a session in FullLanguage mode, and this one is in $($ExecutionContext.SessionState.LanguageMode) mode: a policy of this machine restricts PowerShell. Ask its administrator to allow the module, or run the host cloudbackup."
}
$loader = 'CloudBackup.Loader.ModuleContext' -as [type]
if (-not $loader) {
    $null = [System.Reflection.Assembly]::LoadFrom("$PSScriptRoot/BackupLoader.dll")
}
elseif ($loader.Assembly.Location -ne [System.IO.Path]::GetFullPath("$PSScriptRoot/BackupLoader.dll")) {
    throw "CloudBackup is already loaded in this process, from '$([System.IO.Path]::GetDirectoryName($loader.Assembly.Location))'. .NET cannot replace it by the one in '$PSScriptRoot': start a new PowerShell and import it there."
}

# The engine has no cmdlets; importing it makes its types known by name, as in [CloudBackup.AppBackup].
$assemblies = [CloudBackup.Loader.ModuleContext]::Load("$PSScriptRoot/lib", ('BackupEngine', 'BackupCmdlets'))
$imported = Microsoft.PowerShell.Core\Import-Module -Assembly $assemblies -PassThru

# When a module is imported again with -Force, PowerShell does not export the cmdlets of an assembly that it knows already
# (PowerShell/PowerShell#20710). Adding them by hand is harmless where it does.
[CloudBackup.Infrastructure.ModuleExports]::Add($ExecutionContext, $imported)

# How objects travel through Clixml, jobs and remote sessions, which a bare engine does not have. Not in a file of types: PowerShell refuses to load
# one again where another version of the module has been loaded.
if ($ExecutionContext.InvokeCommand.GetCommand('Microsoft.PowerShell.Utility\Update-TypeData', 'Cmdlet')) {
    foreach ($type in [CloudBackup.Infrastructure.ModelTypes]::Words) {
        Microsoft.PowerShell.Utility\Update-TypeData -TypeName $type.FullName -SerializationMethod String -Force
    }
    foreach ($type in [CloudBackup.Infrastructure.ModelTypes]::Objects) {
        Microsoft.PowerShell.Utility\Update-TypeData -TypeName $type.FullName -SerializationDepth 4 -TypeConverter ([CloudBackup.Infrastructure.ModelConverter]) -Force
        Microsoft.PowerShell.Utility\Update-TypeData -TypeName "Deserialized.$($type.FullName)" -TargetTypeForDeserialization $type -Force
    }
}
