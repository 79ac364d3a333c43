Describe 'Remove-BackupSite' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'forgets a site' {
        Remove-BackupSite local -Confirm:$false
        Get-BackupSite | Should -BeNullOrEmpty
    }

    It 'takes sites and names from the pipeline' {
        Get-BackupSite | Remove-BackupSite -Force
        $null = New-BackupSite again noop -WarningAction SilentlyContinue
        'again' | Remove-BackupSite -Force
        Get-BackupSite | Should -BeNullOrEmpty
    }

    It 'keeps a site with backups, unless their records may go; -Force alone only does not ask' {
        $null = New-AppBackup wiki.example.com
        { Remove-BackupSite local -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'SiteHasBackups,CloudBackup.Commands.RemoveBackupSiteCommand' -ExpectedMessage '*-ForgetBackup*'
        Remove-BackupSite local -ForgetBackup -Force
        Get-BackupSite | Should -BeNullOrEmpty
        Get-AppBackup | Should -BeNullOrEmpty
    }

    It 'removes nothing from the storage' {
        $null = New-AppBackup wiki.example.com
        $before = Get-StoredFile $root
        Remove-BackupSite local -ForgetBackup -Confirm:$false
        Get-StoredFile $root | Should -Be $before
    }

    It 'changes nothing with -WhatIf' {
        Remove-BackupSite local -Force -WhatIf
        (Get-BackupSite).Name | Should -Be local
    }

    It 'names a site that does not exist' {
        { Remove-BackupSite nothing -Force -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.RemoveBackupSiteCommand'
    }
}
