Describe 'Restore-AppBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $before = Get-Fingerprint "$root/data"
        $backup = New-AppBackup wiki.example.com
    }

    It 'brings data and version back, by id' {
        Remove-Item "$root/data/page.txt"
        Set-Content "$root/data/new.txt" new
        Set-BackupApp wiki.example.com -Version 2
        $app = Restore-AppBackup $backup.Id -Force
        $app | Should -BeOfType CloudBackup.BackupApp
        $app.Version | Should -Be 1.2.0
        Get-Fingerprint "$root/data" | Should -Be $before
    }

    It 'takes ids and backups from the pipeline' {
        Remove-Item "$root/data/page.txt"
        $null = Get-AppBackup -Newest | Restore-AppBackup -Confirm:$false
        Get-Fingerprint "$root/data" | Should -Be $before
        Remove-Item "$root/data/page.txt"
        $null = $backup.Id | Restore-AppBackup -Force
        Get-Fingerprint "$root/data" | Should -Be $before
    }

    It 'restores to a folder, and leaves the app alone' {
        Remove-Item "$root/data/page.txt"
        $folder = Get-AppBackup | Restore-AppBackup -Destination "$root/out"
        $folder | Should -BeOfType System.IO.DirectoryInfo
        $folder.FullName | Should -Be "$root/out"
        Get-Fingerprint "$root/out/data" | Should -Be $before
        Test-Path "$root/data/page.txt" | Should -BeFalse
        (Get-Content "$root/out/config.json" -Raw | ConvertFrom-Json).location | Should -Be wiki.example.com
    }

    It 'refuses a folder that holds something, and leaves it as it is' {
        $null = New-Item -ItemType Directory "$root/full"
        Set-Content "$root/full/mine" mine
        { Restore-AppBackup $backup.Id -Destination "$root/full" -ErrorAction Stop } |
            Should -Throw -ErrorId 'DestinationNotEmpty,CloudBackup.Commands.RestoreAppBackupCommand'
        (Get-ChildItem "$root/full").Name | Should -Be mine
    }

    It 'brings the old data back when the app is not healthy afterwards' {
        Set-Content "$root/data/new.txt" new
        $now = Get-Fingerprint "$root/data"
        Set-BackupApp wiki.example.com -HealthCommand 'false'
        { Restore-AppBackup $backup.Id -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'RestoreRolledBack,CloudBackup.Commands.RestoreAppBackupCommand'
        Get-Fingerprint "$root/data" | Should -Be $now
    }

    It 'changes nothing with -WhatIf' {
        Remove-Item "$root/data/page.txt"
        Restore-AppBackup $backup.Id -WhatIf
        Test-Path "$root/data/page.txt" | Should -BeFalse
        Restore-AppBackup $backup.Id -Destination "$root/never" -WhatIf
        Test-Path "$root/never" | Should -BeFalse
    }

    It 'asks before data is replaced' {
        (Get-Command Restore-AppBackup).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $true).ConfirmImpact |
            Should -Be High
    }

    It 'names a backup that does not exist' {
        { Restore-AppBackup nothing -Force -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.RestoreAppBackupCommand'
    }
}
