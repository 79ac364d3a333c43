Describe 'Remove-AppBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com
    }

    It 'removes a backup that is named, from the storage and from the catalog' {
        Remove-AppBackup $backup.Id -Force
        Get-AppBackup | Should -BeNullOrEmpty
        Get-StoredFile $root | Should -BeNullOrEmpty
    }

    It 'takes ids and backups from the pipeline' {
        $backup.Id | Remove-AppBackup -Force
        $null = New-AppBackup wiki.example.com
        Get-AppBackup | Remove-AppBackup -Confirm:$false
        Get-AppBackup | Should -BeNullOrEmpty
    }

    It 'leaves the other backups alone' {
        $other = New-AppBackup wiki.example.com
        Remove-AppBackup $backup.Id -Force
        (Get-AppBackup).Id | Should -Be $other.Id
        Test-AppBackup $other.Id -Quiet | Should -BeTrue
    }

    It 'keeps what a platform backup depends on, unless that is named too; -Force alone only does not ask' {
        $needed = (New-PlatformBackup).DependsOn[0]
        { Remove-AppBackup $needed -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'BackupNeeded,CloudBackup.Commands.RemoveAppBackupCommand' -ExpectedMessage '*-IncludeRequired*'
        Remove-AppBackup $needed -IncludeRequired -Force
        (Get-AppBackup).Id | Should -Be $backup.Id
    }

    It 'asks before it removes anything' {
        (Get-Command Remove-AppBackup).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $true).ConfirmImpact |
            Should -Be High
    }

    It 'changes nothing with -WhatIf, and names a backup that does not exist' {
        Remove-AppBackup $backup.Id -WhatIf
        Test-AppBackup $backup.Id -Quiet | Should -BeTrue
        { Remove-AppBackup nothing -Force -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.RemoveAppBackupCommand'
    }
}
