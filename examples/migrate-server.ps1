#Requires -Version 7.6
#Requires -Modules CloudBackup
<#
.SYNOPSIS
Moves a whole server: two platform homes play the old machine and the new one, and a folder plays the storage between them.

.DESCRIPTION
On the old server every app and the platform itself are backed up, encrypted, and the way to the backup is written to a file. On the new server that
file, the password and this module are all that is needed. For a real move leave out what plays the machines, and name your own site.

.PARAMETER Keep
Leaves the temporary folder in place, to look around in.

.EXAMPLE
./examples/migrate-server.ps1

.EXAMPLE
cloudbackup -File examples/migrate-server.ps1
#>
param([switch] $Keep)

$ErrorActionPreference = 'Stop'

function Read-Password {
    # On a real server: Read-Host -AsSecureString
    $password = [System.Security.SecureString]::new()
    foreach ($character in 'correct horse battery staple'.ToCharArray()) { $password.AppendChar($character) }
    , $password
}

function Read-Text([string] $File) { [System.IO.File]::ReadAllText($File) }

$temp = if ($env:TMPDIR) { $env:TMPDIR } else { '/tmp' }
$root = [System.IO.Path]::Join($temp, "cloudbackup-migrate-$PID")
$storage = [System.IO.Directory]::CreateDirectory("$root/storage").FullName
try {
    '== The old server: three apps, each with a command that starts it'
    $env:CLOUDBACKUP_HOME = "$root/old-home"
    $null = New-BackupSite offsite filesystem -Path $storage -ExternalDisk -Password (Read-Password) -Retention '7 daily'
    foreach ($name in 'wiki', 'shop', 'mail') {
        $data = [System.IO.Directory]::CreateDirectory("$root/srv/$name").FullName
        [System.IO.File]::WriteAllText("$data/page", "the $name of the old server")
        $start = 'sh', '-c', 'echo "$CLOUDBACKUP_LOCATION $CLOUDBACKUP_VERSION started, DNS left alone: $CLOUDBACKUP_SKIP_DNS" >> "$CLOUDBACKUP_DATA_DIRECTORY/../started.log"'
        $null = Register-BackupApp "$name.example.com" -Version 1.2.0 -DataDirectory $data -StartCommand $start
    }

    '== Back everything up, and write down where'
    $backup = New-PlatformBackup -ForUpdate -Label 'the move' -Preserve
    $backup | Out-Host
    if (-not $backup.IsComplete) { throw 'Not every app was backed up: see its Apps.' }
    $null = $backup | Export-BackupSite -Path "$root/move.json"
    [System.IO.Directory]::Move("$root/srv", "$root/srv-of-the-old-server")

    '== The new server: what would happen'
    $env:CLOUDBACKUP_HOME = "$root/new-home"
    $preview = Restore-Platform "$root/move.json" -Password (Read-Password) -WhatIf
    $preview.Checks | Out-Host
    if ($preview.Checks | Where-Object Outcome -EQ Failed) { throw 'Something is in the way.' }

    '== Move'
    $result = Restore-Platform "$root/move.json" -Password (Read-Password) -SkipDns
    $result.Apps | Out-Host
    if (-not $result.IsComplete) { throw 'Not every app came up: finish with Restore-AppBackup.' }
    foreach ($name in 'wiki', 'shop', 'mail') {
        if ((Read-Text "$root/srv/$name/page") -ne "the $name of the old server") { throw "The $name did not come over." }
    }
    Read-Text "$root/srv/started.log"

    '== The new server goes on: its next backup needs no password'
    $next = New-PlatformBackup
    $next | Out-Host
    if ($false -in @($next | Test-PlatformBackup -IncludeApp -Quiet)) { throw 'The backup of the new server is not good.' }
    if (@(Get-PlatformBackup).Count -ne 2) { throw 'The new server does not know the backup that it came from.' }
    'Moved: three apps, their data, versions, commands and backups.'
}
finally {
    if ($Keep) { "Everything is left in $root." } else { [System.IO.Directory]::Delete($root, $true) }
}
