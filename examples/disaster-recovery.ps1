#Requires -Version 7.6
#Requires -Modules CloudBackup
<#
.SYNOPSIS
The server is gone, and nobody wrote anything down: back from nothing but the storage, the password and this module.

.DESCRIPTION
A site is all that Restore-Platform needs. It finds the newest backup of the platform in the storage by itself.

.PARAMETER Keep
Leaves the temporary folder in place, to look around in.

.EXAMPLE
./examples/disaster-recovery.ps1

.EXAMPLE
cloudbackup -File examples/disaster-recovery.ps1
#>
param([switch] $Keep)

$ErrorActionPreference = 'Stop'

function Read-Password([string] $Text = 'correct horse battery staple') {
    # On a real server: Read-Host -AsSecureString
    $password = [System.Security.SecureString]::new()
    foreach ($character in $Text.ToCharArray()) { $password.AppendChar($character) }
    , $password
}

$temp = if ($env:TMPDIR) { $env:TMPDIR } else { '/tmp' }
$root = [System.IO.Path]::Join($temp, "cloudbackup-disaster-$PID")
$storage = [System.IO.Directory]::CreateDirectory("$root/storage").FullName
try {
    '== A server with two apps, backed up every night'
    $env:CLOUDBACKUP_HOME = "$root/home"
    $null = New-BackupSite offsite filesystem -Path $storage -ExternalDisk -Password (Read-Password)
    foreach ($name in 'wiki', 'shop') {
        $data = [System.IO.Directory]::CreateDirectory("$root/srv/$name").FullName
        [System.IO.File]::WriteAllText("$data/page", "the $name")
        $null = Register-BackupApp "$name.example.com" -Version 1.2.0 -DataDirectory $data
    }
    $backup = New-PlatformBackup -Label nightly
    $backup | Out-Host

    '== The disaster: the whole machine is gone'
    [System.IO.Directory]::Delete("$root/home", $true)
    [System.IO.Directory]::Delete("$root/srv", $true)

    '== A new machine: tell it where the storage is'
    $env:CLOUDBACKUP_HOME = "$root/new-home"
    $null = New-BackupSite rescue filesystem -Path $storage -ExternalDisk

    '== A wrong password is told, and nothing is touched'
    Restore-Platform -Site rescue -Password (Read-Password 'wrong') -ErrorVariable failures -ErrorAction SilentlyContinue
    "$failures"
    if (@($failures).Count -ne 1 -or (Get-BackupApp)) { throw 'A wrong password must be told.' }

    '== The right one brings everything back'
    $result = Restore-Platform -Site rescue -Password (Read-Password)
    $result | Out-Host
    if ($result.BackupId -ne $backup.Id -or -not $result.IsComplete) { throw 'Not everything came back.' }
    foreach ($name in 'wiki', 'shop') {
        if ([System.IO.File]::ReadAllText("$root/srv/$name/page") -ne "the $name") { throw "The $name did not come back." }
    }
    if ((Get-BackupSite).Name -ne 'offsite') { throw 'The site of the old server did not come back.' }
    if (-not (New-PlatformBackup).IsComplete) { throw 'The next backup must work.' }

    '== The catalog is only a cache: without it, the storage tells it all again'
    $records = @(Get-AppBackup).Count + @(Get-PlatformBackup).Count
    [System.IO.File]::Delete("$root/new-home/platform.db")
    $null = New-BackupSite offsite filesystem -Path $storage -ExternalDisk -Password (Read-Password)
    $found = @(Sync-BackupCatalog offsite).Count
    if ($found -ne $records) { throw "$found records came back, and there were $records." }
    "Back: two apps, and $found records of backups."
}
finally {
    if ($Keep) { "Everything is left in $root." } else { [System.IO.Directory]::Delete($root, $true) }
}
