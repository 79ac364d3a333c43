Describe 'Sync-BackupCatalog' {
    BeforeAll {
        . $PSScriptRoot/Support.ps1

        # The platform's home is lost; the site is told again.
        function Reset-Platform {
            Remove-Item "$root/home" -Recurse
            $null = New-BackupSite local filesystem -Path "$root/site" -ExternalDisk
        }
    }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com -Label kept
    }

    It 'finds the backups of a lost platform' {
        Reset-Platform
        Get-AppBackup | Should -BeNullOrEmpty
        $found = Sync-BackupCatalog
        $found | Should -BeOfType CloudBackup.AppBackup
        $found.Id | Should -Be $backup.Id
        (Get-AppBackup).Label | Should -Be kept
        Test-AppBackup $backup.Id -Quiet | Should -BeTrue
    }

    It 'takes names and wildcards as a parameter, and names and sites from the pipeline' {
        (Sync-BackupCatalog local).Id | Should -Be $backup.Id
        (Sync-BackupCatalog -Site loc*).Id | Should -Be $backup.Id
        ('local' | Sync-BackupCatalog).Id | Should -Be $backup.Id
        (Get-BackupSite | Sync-BackupCatalog).Id | Should -Be $backup.Id
    }

    It 'opens what another platform encrypted, with its password' {
        $password = ConvertTo-SecureString 'correct horse' -AsPlainText -Force
        Set-BackupSite local -Password $password
        $secret = New-AppBackup wiki.example.com
        Reset-Platform
        $null = Sync-BackupCatalog local -Password $password -WarningAction SilentlyContinue
        Test-AppBackup $secret.Id -Quiet | Should -BeTrue
    }

    It 'drops what is gone from the storage, and says so' {
        $other = New-AppBackup wiki.example.com
        $folder = Split-Path (Get-AppBackup -Id $backup.Id).RemotePath
        Remove-Item "$root/site/$folder" -Recurse
        (Sync-BackupCatalog -WarningVariable warnings -WarningAction SilentlyContinue).Id | Should -Be $other.Id
        "$warnings" | Should -BeLike "*$($backup.Id)*"
        (Get-AppBackup).Id | Should -Be $other.Id
    }

    It 'drops nothing when the storage seems to be empty' {
        Get-ChildItem "$root/site" | Remove-Item -Recurse
        Sync-BackupCatalog -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$warnings" | Should -BeLike '*holds no backup at all*Their records stay*'
        (Get-AppBackup).Id | Should -Be $backup.Id
    }

    It 'changes nothing with -WhatIf, and names a site that does not exist' {
        Reset-Platform
        Sync-BackupCatalog -WhatIf | Should -BeNullOrEmpty
        Get-AppBackup | Should -BeNullOrEmpty
        { Sync-BackupCatalog nothing -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.SyncBackupCatalogCommand'
    }
}
