Describe 'Remove-PlatformBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-PlatformBackup
    }

    It 'removes a backup that is named, and leaves those of apps' {
        Remove-PlatformBackup $backup.Id -Force
        Get-PlatformBackup | Should -BeNullOrEmpty
        Get-StoredFile $root | Should -HaveCount 3
        Get-AppBackup | Test-AppBackup -Quiet | Should -BeTrue
    }

    It 'takes ids and backups from the pipeline' {
        $backup.Id | Remove-PlatformBackup -Force
        New-PlatformBackup | Remove-PlatformBackup -Confirm:$false
        Get-PlatformBackup | Should -BeNullOrEmpty
    }

    It 'gives free what the backup depended on' {
        { Get-AppBackup | Remove-AppBackup -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'BackupNeeded,CloudBackup.Commands.RemoveAppBackupCommand'
        Remove-PlatformBackup $backup.Id -Force
        Get-AppBackup | Remove-AppBackup -Confirm:$false
        Get-StoredFile $root | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf, and names a backup that does not exist' {
        Remove-PlatformBackup $backup.Id -WhatIf
        Get-PlatformBackup | Should -HaveCount 1
        { Remove-PlatformBackup nothing -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'PlatformBackupNotFound,CloudBackup.Commands.RemovePlatformBackupCommand'
    }
}
