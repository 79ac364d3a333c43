Describe 'New-PlatformBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'backs up every app and the platform, in one folder' {
        $null = Register-BackupApp shop.example.com -Version 3 -DataDirectory "$root/shop"
        $backup = New-PlatformBackup -Label weekly -Preserve
        $backup | Should -BeOfType CloudBackup.PlatformBackup
        $backup.State | Should -Be Ready
        $backup.IsComplete | Should -BeTrue
        $backup.Apps.Outcome | Should -Be BackedUp, BackedUp
        $backup.DependsOn | Sort-Object | Should -Be ((Get-AppBackup).Id | Sort-Object)
        (Get-AppBackup).Label | Should -Be weekly, weekly
        (Get-StoredFile $root | Split-Path | Select-Object -Unique) | Should -HaveCount 1
    }

    It 'goes on when an app fails, and says so' {
        $null = Register-BackupApp broken.example.com -Version 1 -DataDirectory "$root/shop" -PreBackupCommand sh, -c, 'exit 3'
        $backup = New-PlatformBackup -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'CommandFailed,CloudBackup.Commands.NewPlatformBackupCommand'
        $backup.IsComplete | Should -BeFalse
        ($backup.Apps | Where-Object -Property Location -EQ broken.example.com).Outcome | Should -Be Failed
        $backup.State | Should -Be Ready
    }

    It 'passes apps over whose automatic backup is off, except before an update' {
        Set-BackupApp wiki.example.com -DisableAutomaticBackup
        (New-PlatformBackup).Apps.Outcome | Should -Be Excluded
        (New-PlatformBackup -ForUpdate).Apps.Outcome | Should -Be BackedUp
    }

    It 'takes a site by name and from the pipeline' {
        $null = New-BackupSite second filesystem -Path "$root/other" -ExternalDisk
        (New-PlatformBackup second).Site | Should -Be second
        (Get-BackupSite | New-PlatformBackup -Throttle 1).Site | Should -Be local, second
        { New-PlatformBackup nothing -ErrorAction Stop } | Should -Throw -ErrorId 'SiteNotFound,CloudBackup.Commands.NewPlatformBackupCommand'
    }

    It 'stores nothing with -WhatIf' {
        New-PlatformBackup -WhatIf | Should -BeNullOrEmpty
        Get-StoredFile $root | Should -BeNullOrEmpty
    }
}
