Describe 'Update-BackupApp' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'backs up, and installs the new version' {
        Set-BackupApp wiki.example.com -InstallCommand sh, -c, 'printf %s $CLOUDBACKUP_VERSION > $CLOUDBACKUP_DATA_DIRECTORY/version'
        $app = Update-BackupApp wiki.example.com 2.0.0
        $app | Should -BeOfType CloudBackup.BackupApp
        $app.Version | Should -Be 2.0.0
        Get-Content "$root/data/version" | Should -Be 2.0.0
        $backup = Get-AppBackup
        $backup.Label | Should -Be 'before update'
        $backup.Version | Should -Be 1.2.0
        ($backup.PreserveUntil - $backup.Created).TotalDays | Should -BeGreaterThan 20.9
    }

    It 'goes back when the new version is not healthy' {
        $before = Get-Fingerprint "$root/data"
        Set-BackupApp wiki.example.com -InstallCommand sh, -c, 'echo x > $CLOUDBACKUP_DATA_DIRECTORY/new' -HealthCommand sh, -c, '[ $CLOUDBACKUP_VERSION = 1.2.0 ]'
        { Update-BackupApp wiki.example.com 2.0.0 -ErrorAction Stop } |
            Should -Throw -ErrorId 'UpdateRolledBack,CloudBackup.Commands.UpdateBackupAppCommand'
        (Get-BackupApp).Version | Should -Be 1.2.0
        (Get-BackupApp).State | Should -Be Installed
        Get-Fingerprint "$root/data" | Where-Object { $_ -notlike 'new *' } | Should -Be $before
    }

    It 'leaves the data under an app that does not stop, and names the way back' {
        $before = Get-Fingerprint "$root/data"
        Set-BackupApp wiki.example.com -InstallCommand sh, -c, '[ $CLOUDBACKUP_VERSION = 1.2.0 ] || echo x > $CLOUDBACKUP_DATA_DIRECTORY/new' `
            -StartCommand touch, "$root/up" -StopCommand sh, -c, "[ ! -e '$root/up' ]" -HealthCommand sh, -c, '[ $CLOUDBACKUP_VERSION = 1.2.0 ]'
        { Update-BackupApp wiki.example.com 2.0.0 -ErrorAction Stop } |
            Should -Throw -ErrorId 'UpdateNotUndone,CloudBackup.Commands.UpdateBackupAppCommand'
        Test-Path "$root/data/new" | Should -BeTrue
        (Get-BackupApp).UnfinishedUpdate | Should -Be (Get-AppBackup).Id
        Remove-Item "$root/up"
        (Restore-AppBackup (Get-BackupApp).UnfinishedUpdate -Force).State | Should -Be Installed
        Get-Fingerprint "$root/data" | Should -Be $before
        (Get-BackupApp).UnfinishedUpdate | Should -BeNullOrEmpty
    }

    It 'updates without a backup only when it is told to' {
        Rename-Item -Path "$root/site" -NewName gone
        { Update-BackupApp wiki.example.com 2.0.0 -ErrorAction Stop } | Should -Throw
        (Get-BackupApp).Version | Should -Be 1.2.0
        (Get-BackupApp | Update-BackupApp -Version 2.0.0 -SkipBackup).Version | Should -Be 2.0.0
    }

    It 'does nothing with -WhatIf, and nothing for a version that is there' {
        Update-BackupApp wiki.example.com 2.0.0 -WhatIf | Should -BeNullOrEmpty
        (Get-BackupApp).Version | Should -Be 1.2.0
        { Update-BackupApp wiki.example.com 1.2.0 -ErrorAction Stop } |
            Should -Throw -ErrorId 'UpdateNotNeeded,CloudBackup.Commands.UpdateBackupAppCommand'
    }
}
