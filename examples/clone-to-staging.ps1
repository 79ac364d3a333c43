#Requires -Version 7.6
#Requires -Modules CloudBackup
<#
.SYNOPSIS
Clones an app to a staging location, tries an update on the clone, and only then updates the app itself.

.PARAMETER Keep
Leaves the temporary folder in place, to look around in.

.EXAMPLE
./examples/clone-to-staging.ps1

.EXAMPLE
cloudbackup -File examples/clone-to-staging.ps1
#>
param([switch] $Keep)

$ErrorActionPreference = 'Stop'

$temp = if ($env:TMPDIR) { $env:TMPDIR } else { '/tmp' }
$root = [System.IO.Path]::Join($temp, "cloudbackup-staging-$PID")
$null = [System.IO.Directory]::CreateDirectory("$root/backups")
$data = [System.IO.Directory]::CreateDirectory("$root/wiki").FullName
$env:CLOUDBACKUP_HOME = "$root/home"
try {
    '== An app whose installer migrates its data, and whose version 3 does not work'
    [System.IO.File]::WriteAllText("$data/page", 'hello')
    $commands = @{
        InstallCommand = 'sh', '-c', 'echo "schema of $CLOUDBACKUP_VERSION" > "$CLOUDBACKUP_DATA_DIRECTORY/schema"'
        HealthCommand  = 'sh', '-c', 'test "$CLOUDBACKUP_VERSION" != 3.0.0'
    }
    $null = New-BackupSite local filesystem -Path "$root/backups" -ExternalDisk
    $null = Register-BackupApp wiki.example.com -Version 1.2.0 -DataDirectory $data @commands

    '== Clone it from a fresh backup'
    $clone = New-AppBackup wiki.example.com | Copy-BackupApp -Location staging.example.com -DataDirectory "$root/staging" -DisableAutomaticBackup
    $clone | Out-Host
    if ([System.IO.File]::ReadAllText("$root/staging/page") -ne 'hello') { throw 'The clone is no replica.' }

    '== Try version 3 there: it fails, and the clone goes back'
    Update-BackupApp staging.example.com 3.0.0 -ErrorVariable failures -ErrorAction SilentlyContinue
    "$failures"
    $clone = Get-BackupApp staging.example.com
    if ($clone.Version -ne '1.2.0' -or $clone.State -ne 'Installed') { throw 'The clone did not go back.' }

    '== Version 2 works there, so the app itself is updated'
    $null = Update-BackupApp staging.example.com 2.0.0
    Update-BackupApp wiki.example.com 2.0.0 | Out-Host
    $backup = Get-AppBackup wiki.example.com -Newest
    if ($backup.Label -ne 'before update') { throw 'There is no way back.' }

    '== And back, as one would when the mistake shows only days later'
    $app = $backup | Restore-AppBackup -Force
    if ($app.Version -ne '1.2.0') { throw 'The version did not go back.' }
    "The app is at $($app.Version) again, and what it was before that is kept, too: $((Get-AppBackup wiki.example.com -Newest).Label)."
}
finally {
    if ($Keep) { "Everything is left in $root." } else { [System.IO.Directory]::Delete($root, $true) }
}
