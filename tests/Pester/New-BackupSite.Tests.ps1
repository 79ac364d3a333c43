Describe 'New-BackupSite' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestPlatform }

    It 'creates a site on a folder, and the first one is the default site' {
        $site = New-BackupSite local filesystem -Path "$root/site" -ExternalDisk
        $site | Should -BeOfType CloudBackup.BackupSite
        $site.Name | Should -Be local
        $site.Provider | Should -Be filesystem
        $site.Settings.Path | Should -Be "$root/site"
        $site.IsDefault | Should -BeTrue
        $site.Encrypted | Should -BeFalse
        (Get-BackupSite).Name | Should -Be local
    }

    It 'takes everything that a site can be told' {
        $site = New-BackupSite -Name nas -Provider filesystem -Path "$root/site" -ExternalDisk -NoHardlink -Prefix a/b -Format Tgz `
            -UploadConcurrency 2 -DownloadConcurrency 3 -CopyConcurrency 4 -MemoryLimit 64MB -Timeout 04:00 -CompressionLevel 9
        $site.Prefix | Should -Be a/b
        $site.Limits.UploadConcurrency | Should -Be 2
        $site.Limits.DownloadConcurrency | Should -Be 3
        $site.Limits.CopyConcurrency | Should -Be 4
        $site.Limits.MemoryLimitBytes | Should -Be 64MB
        $site.Limits.Timeout | Should -Be ([timespan]::FromHours(4))
        $site.Limits.CompressionLevel | Should -Be 9
        $site.Settings.NoHardlink | Should -BeTrue
    }

    It 'takes a path relative to where I am' {
        Push-Location $root
        try { (New-BackupSite here filesystem -Path ./site -ExternalDisk).Settings.Path | Should -Be "$root/site" }
        finally { Pop-Location }
    }

    It 'makes a new default site when I say so' {
        $null = New-BackupSite first filesystem -Path "$root/site" -ExternalDisk
        $null = New-BackupSite second filesystem -Path "$root/other" -ExternalDisk -Default
        (Get-BackupSite -Default).Name | Should -Be second
    }

    It 'encrypts what a site with a password stores' {
        $site = New-BackupSite safe filesystem -Path "$root/site" -ExternalDisk -Password (ConvertTo-SecureString 'correct horse' -AsPlainText -Force)
        $site.Encrypted | Should -BeTrue
        $null = Register-BackupApp wiki.example.com -Version 1 -DataDirectory "$root/data"
        New-AppBackup wiki.example.com | Test-AppBackup -Quiet | Should -BeTrue
        Get-StoredFile $root | Where-Object { $_ -like '*app_*' } | Should -BeLike '*.enc'
    }

    It 'warns of a site that would be lost together with the server' {
        $null = New-BackupSite local filesystem -Path "$root/site" -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*same disk*'
    }

    It 'warns of a site that keeps nothing' {
        $null = New-BackupSite off noop -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*keeps nothing*'
    }

    It 'changes nothing with -WhatIf' {
        New-BackupSite local filesystem -Path "$root/site" -WhatIf | Should -BeNullOrEmpty
        Get-BackupSite | Should -BeNullOrEmpty
        Get-StoredFile $root | Should -BeNullOrEmpty
    }

    It 'refuses <Case>, and creates nothing' -ForEach @(
        @{ Case = 'a folder that does not exist'; Id = 'SiteUnusable'; Arguments = @{ Name = 'x'; Provider = 'filesystem'; Path = '/nowhere/at/all' } }
        @{ Case = 'a provider that does not exist'; Id = 'ProviderUnknown'; Arguments = @{ Name = 'x'; Provider = 'tape' } }
        @{ Case = 'a name with spaces'; Id = 'NameInvalid'; Arguments = @{ Name = 'a b'; Provider = 'noop' } }
        @{ Case = 'a prefix that leaves the site'; Id = 'NameInvalid'; Arguments = @{ Name = 'x'; Provider = 'noop'; Prefix = '../y' } }
        @{ Case = 'a bucket on a disk'; Id = 'AmbiguousParameterSet'; Arguments = @{ Name = 'x'; Provider = 'filesystem'; Path = '/'; Bucket = 'abc' } }
        @{ Case = 'a path in a bucket'; Id = 'AmbiguousParameterSet'; Arguments = @{ Name = 'x'; Provider = 's3'; Bucket = 'abc'; Path = '/' } }
        @{ Case = 'a bucket without a name'; Id = 'NameInvalid'; Arguments = @{ Name = 'x'; Provider = 's3'; Region = 'eu-west-1' } }
        @{ Case = 'a store whose address nobody knows'; Id = 'NameInvalid'; Arguments = @{ Name = 'x'; Provider = 'minio'; Bucket = 'abc' } }
        @{ Case = 'a store that does not answer'; Id = 'SiteUnusable'; Arguments = @{
                Name = 'x'; Provider = 's3-compatible'; Bucket = 'abc'; Endpoint = 'http://127.0.0.1:9'
                Credential = [pscredential]::new('key', (ConvertTo-SecureString secret -AsPlainText))
            }
        }
        @{ Case = 'a compression level of 10'; Id = 'ValueOutOfRange'; Arguments = @{ Name = 'x'; Provider = 'noop'; CompressionLevel = 10 } }
    ) {
        { New-BackupSite @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$Id,CloudBackup.Commands.NewBackupSiteCommand"
        Get-BackupSite | Should -BeNullOrEmpty
    }

    It 'refuses a name that is taken' {
        $null = New-BackupSite local filesystem -Path "$root/site" -ExternalDisk
        { New-BackupSite local filesystem -Path "$root/other" -ErrorAction Stop } |
            Should -Throw -ErrorId 'SiteExists,CloudBackup.Commands.NewBackupSiteCommand'
        (Get-BackupSite).Settings.Path | Should -Be "$root/site"
    }
}
