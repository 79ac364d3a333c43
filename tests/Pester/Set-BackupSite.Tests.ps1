Describe 'Set-BackupSite' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestPlatform
        $null = New-BackupSite local filesystem -Path "$root/site" -ExternalDisk -UploadConcurrency 3
    }

    It 'changes what is given, and leaves the rest' {
        Set-BackupSite local -DownloadConcurrency 5 | Should -BeNullOrEmpty
        (Get-BackupSite local).Limits.UploadConcurrency | Should -Be 3
        (Get-BackupSite local).Limits.DownloadConcurrency | Should -Be 5
    }

    It 'takes sites from the pipeline, and writes them with -PassThru' {
        $site = Get-BackupSite | Set-BackupSite -Prefix web1 -PassThru
        $site | Should -BeOfType CloudBackup.BackupSite
        $site.Prefix | Should -Be web1
    }

    It 'makes another site the default one' {
        $null = New-BackupSite second filesystem -Path "$root/other" -ExternalDisk
        Set-BackupSite second -Default
        (Get-BackupSite -Default).Name | Should -Be second
    }

    It 'encrypts new backups from now on with -Password, and not any more with -NoPassword' {
        (Set-BackupSite local -Password (ConvertTo-SecureString secret -AsPlainText -Force) -PassThru).Encrypted | Should -BeTrue
        (Set-BackupSite local -NoPassword -PassThru).Encrypted | Should -BeFalse
    }

    It 'changes nothing with -WhatIf' {
        Set-BackupSite local -Prefix x -WhatIf
        (Get-BackupSite local).Prefix | Should -BeNullOrEmpty
    }

    It 'changes nothing when the new place cannot be used' {
        { Set-BackupSite local -Path "$root/missing" -ErrorAction Stop } |
            Should -Throw -ErrorId 'SiteUnusable,CloudBackup.Commands.SetBackupSiteCommand'
        (Get-BackupSite local).Settings.Path | Should -Be "$root/site"
    }

    It 'names a site that does not exist' {
        { Set-BackupSite nothing -Prefix x -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.SetBackupSiteCommand'
    }
}
