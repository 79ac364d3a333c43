Describe 'Copy-BackupApp' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'makes an exact replica with an id of its own' {
        $clone = $backup | Copy-BackupApp -Location staging.example.com -DataDirectory "$root/staging"
        $clone | Should -BeOfType CloudBackup.BackupApp
        $clone.Version | Should -Be 1.2.0
        $clone.PackageName | Should -Be wiki
        $clone.Id | Should -Not -Be (Get-BackupApp wiki.example.com).Id
        Get-Fingerprint "$root/staging" | Should -Be (Get-Fingerprint "$root/data")
    }

    It 'takes what is given in place of what the backup says' {
        $clone = Copy-BackupApp $backup.Id staging.example.com "$root/staging" -Exclude '*.tmp' -DisableAutomaticBackup
        $clone.Exclude | Should -Be '*.tmp'
        $clone.AutomaticBackup | Should -BeFalse
    }

    It 'refuses a location or a folder in use' {
        { Copy-BackupApp $backup.Id wiki.example.com "$root/staging" -ErrorAction Stop } |
            Should -Throw -ErrorId 'AppExists,CloudBackup.Commands.CopyBackupAppCommand'
        $null = New-Item -ItemType File -Path "$root/staging/mine" -Force
        { Copy-BackupApp $backup.Id staging.example.com "$root/staging" -ErrorAction Stop } |
            Should -Throw -ErrorId 'FolderOccupied,CloudBackup.Commands.CopyBackupAppCommand'
        (Get-BackupApp).Location | Should -Be wiki.example.com
    }

    It 'leaves nothing when the clone does not come up' {
        { Copy-BackupApp $backup.Id staging.example.com "$root/staging" -HealthCommand 'false' -ErrorAction Stop } |
            Should -Throw -ErrorId 'AppNotBroughtUp,CloudBackup.Commands.CopyBackupAppCommand'
        "$root/staging" | Should -Not -Exist
        Get-BackupApp staging.* | Should -BeNullOrEmpty
    }

    It 'does nothing with -WhatIf' {
        Copy-BackupApp $backup.Id staging.example.com "$root/staging" -WhatIf | Should -BeNullOrEmpty
        "$root/staging" | Should -Not -Exist
    }
}
