#Requires -Version 7.6
#Requires -Modules CloudBackup
<#
.SYNOPSIS
A first backup, start to end: makes a platform in a temporary folder, registers an app, backs it up while its database is written to, lists
and tests the backup, restores it elsewhere and compares.

.PARAMETER Path
A folder whose files the app gets (as a copy; yours are only read). By default a folder of this machine with some thousand files.

.PARAMETER Keep
Leaves the temporary folder in place, to look around in.

.EXAMPLE
./examples/first-backup.ps1

.EXAMPLE
cloudbackup -File examples/first-backup.ps1

.EXAMPLE
cloudbackup -File examples/first-backup.ps1 -Path /srv/wiki -Keep
#>
param(
    [string] $Path,
    [switch] $Keep
)

$ErrorActionPreference = 'Stop'

# A folder with some thousand files: there is one wherever .NET is.
function Find-SampleFolder {
    $dotnet = [System.IO.Path]::GetFullPath([System.IO.Path]::Join(
        [System.Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory(), '..', '..', '..'))
    foreach ($candidate in '/usr/share/doc', [System.IO.Path]::Join($dotnet, 'sdk'), $dotnet) {
        if ([System.IO.Directory]::Exists($candidate)) {
            $count = 0
            foreach ($file in [System.IO.Directory]::EnumerateFiles($candidate, '*', 'AllDirectories')) {
                if (++$count -ge 1000) { return $candidate }
            }
        }
    }
    throw 'There is no folder to take files from; name one with -Path.'
}

# The SQLite that comes with the module, to play the app that writes to its database.
function Open-Database([string] $File) {
    $context = [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext([CloudBackup.BackupEngine].Assembly)
    $type = $context.LoadFromAssemblyName('Microsoft.Data.Sqlite').GetType('Microsoft.Data.Sqlite.SqliteConnection')
    $connection = [System.Activator]::CreateInstance($type, "Data Source=$File;Pooling=False;Default Timeout=60")
    $connection.Open()
    $connection
}

function Invoke-Sql($Connection, [string] $Sql) {
    $command = $Connection.CreateCommand()
    $command.CommandText = $Sql
    $command.ExecuteScalar()
}

# Every entry below a folder with what makes it what it is.
function Get-Fingerprint([string] $Folder, [string] $Except) {
    $prints = @{}
    $folders = [System.Collections.Generic.Stack[System.IO.DirectoryInfo]]::new()
    $folders.Push([System.IO.DirectoryInfo]::new($Folder))
    while ($folders.Count) {
        foreach ($entry in $folders.Pop().EnumerateFileSystemInfos()) {
            $name = $entry.FullName.Substring($Folder.Length)
            if ($name -like $Except) { continue }
            $prints[$name] = if ($null -ne $entry.LinkTarget) { "-> $($entry.LinkTarget)" }
            elseif ($entry -is [System.IO.DirectoryInfo]) {
                $folders.Push($entry)
                "folder $($entry.UnixFileMode)"
            }
            else {
                $stream = $entry.OpenRead()
                try { $hash = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData($stream)) } finally { $stream.Dispose() }
                "$hash $($entry.UnixFileMode) $($entry.LastWriteTimeUtc.Ticks)"
            }
        }
    }
    $prints
}

$temp = if ($env:TMPDIR) { $env:TMPDIR } else { '/tmp' }
$root = [System.IO.Path]::Join($temp, "cloudbackup-first-$PID")
$data = [System.IO.Path]::Join($root, 'wiki')
$source = if ($Path) { [System.IO.Path]::GetFullPath($Path) } else { Find-SampleFolder }
$env:CLOUDBACKUP_HOME = [System.IO.Path]::Join($root, 'home')
$null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Join($root, 'backups'))
$null = [System.IO.Directory]::CreateDirectory($data)
$stop = [System.Threading.CancellationTokenSource]::new()
$writer = $null
try {
    "== An app: the files of $source, and a database that is written to all the time"
    cp -a "$source/." "$data/files"
    if ($LASTEXITCODE) { throw "'$source' could not be copied." }
    $database = Open-Database "$data/notes.db"
    $null = Invoke-Sql $database 'PRAGMA journal_mode = WAL; CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)'
    $writer = [powershell]::Create([initialsessionstate]::CreateDefault2())
    $null = $writer.AddScript({
            param($database, $stop)
            for ($i = 1; -not $stop.IsCancellationRequested; $i++) {
                $command = $database.CreateCommand()
                $command.CommandText = "INSERT INTO note VALUES ($i, hex(randomblob(100)))"
                $null = $command.ExecuteNonQuery()
            }
        }).AddArgument($database).AddArgument($stop.Token)
    $writing = $writer.BeginInvoke()

    '== A site and an app'
    New-BackupSite local filesystem -Path "$root/backups" -WarningAction SilentlyContinue | Out-Host
    $addon = New-BackupAddon sqlite data/notes.db
    $null = Register-BackupApp wiki.example.com -Version 1.2.0 -PackageName wiki -DataDirectory $data -Addon $addon
    Get-BackupApp | Out-Host

    '== Back up, while the database is written to'
    $backup = New-AppBackup wiki.example.com -Label 'my first'
    $backup | Out-Host

    '== Test: read everything back and check every hash'
    $test = $backup | Test-AppBackup
    $test | Out-Host
    if (-not $test.IsValid) { throw "The backup is not what was stored: $($test.Problems)" }

    '== Restore elsewhere and compare'
    $null = $backup | Restore-AppBackup -Destination "$root/restored"
    $before = Get-Fingerprint $data '/notes.db*'
    $after = Get-Fingerprint "$root/restored/data" '/notes.db*'
    foreach ($name in $before.Keys) {
        if ($before[$name] -ne $after[$name]) { throw "'$name' differs: $($before[$name]) became $($after[$name])." }
    }
    if ($before.Count -ne $after.Count) { throw "There were $($before.Count) entries, and $($after.Count) came back." }
    $copy = Open-Database "$root/restored/data/notes.db"
    $check = Invoke-Sql $copy 'PRAGMA integrity_check'
    $rows = Invoke-Sql $copy 'SELECT COUNT(*) FROM note'
    $last = Invoke-Sql $copy 'SELECT MAX(id) FROM note'
    $copy.Dispose()
    if ($check -ne 'ok' -or $rows -ne $last -or $rows -eq 0) { throw "The database did not come back whole: $check, $rows of $last rows." }
    "Identical: $($before.Count) files, folders and links; and a database of $rows rows, whole although it never stood still."
    "The backup is a plain archive: tar -tzf $root/backups/$($backup.RemotePath).tar.gz"
}
finally {
    $stop.Cancel()
    if ($writer) {
        $null = $writer.EndInvoke($writing)
        $writer.Dispose()
        $database.Dispose()
    }
    if ($Keep) { "Everything is left in $root." } else { [System.IO.Directory]::Delete($root, $true) }
}
