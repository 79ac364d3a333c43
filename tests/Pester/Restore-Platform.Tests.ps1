Describe 'Restore-Platform' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $password = ConvertTo-SecureString -AsPlainText 'correct horse'
        Set-BackupSite local -Password $password
        $before = Get-Fingerprint "$root/data"
        $backup = New-PlatformBackup
        $null = $backup | Export-BackupSite -Path "$root/move.json"
        Move-Item -Path "$root/data" -Destination "$root/lost"
        $env:CLOUDBACKUP_HOME = "$root/new-home"
    }

    It 'restores platform and apps from a file, a password and the storage' {
        $result = Restore-Platform "$root/move.json" -Password $password
        $result | Should -BeOfType CloudBackup.PlatformRestoreResult
        $result.IsComplete | Should -BeTrue
        $result.BackupId | Should -Be $backup.Id
        Get-Fingerprint "$root/data" | Should -Be $before
        (Get-BackupApp wiki.example.com).Version | Should -Be 1.2.0
        (Get-PlatformBackup).Id | Should -Be $backup.Id
        (New-PlatformBackup).IsComplete | Should -BeTrue
    }

    It 'takes a platform backup from the pipeline' {
        $env:CLOUDBACKUP_HOME = "$root/home"
        Move-Item -Path "$root/lost" -Destination "$root/data"
        $null = New-PlatformBackup
        $preview = Get-PlatformBackup -Id $backup.Id | Restore-Platform -ReplacePlatform -WhatIf
        $preview.BackupId | Should -Be $backup.Id
        $preview.Site | Should -Be local
        { Get-AppBackup -Newest | Restore-Platform -ReplacePlatform -WhatIf -ErrorAction Stop } | Should -Throw -ErrorId '*,CloudBackup.Commands.RestorePlatformCommand'
    }

    It 'tells with -WhatIf what it found, and changes nothing' {
        $preview = Restore-Platform "$root/move.json" -Password $password -WhatIf
        $preview.IsRestored | Should -BeFalse
        $preview.Checks.Name | Should -Be Version, Keys, Platform, Backups, Folders, Tools, Secrets, Commands
        $preview.Checks.Outcome | Should -Not -Contain Failed
        Get-BackupApp | Should -BeNullOrEmpty
        "$root/data" | Should -Not -Exist
    }

    It 'refuses a wrong password, which -WhatIf shows as a check that failed' {
        $preview = Restore-Platform "$root/move.json" -Password (ConvertTo-SecureString -AsPlainText 'battery staple') -WhatIf
        $preview.Checks.Name | Should -Be Keys
        $preview.Checks.Outcome | Should -Be Failed
        { Restore-Platform "$root/move.json" -Password (ConvertTo-SecureString -AsPlainText 'battery staple') -ErrorAction Stop } |
            Should -Throw -ErrorId 'RestorePasswordWrong,CloudBackup.Commands.RestorePlatformCommand'
    }

    It 'refuses a platform that has apps, unless it may replace it; -Force alone only does not ask' {
        $null = New-Item -ItemType Directory -Path "$root/mine"
        $null = Register-BackupApp mine.example.com -Version 1 -DataDirectory "$root/mine"
        { Restore-Platform "$root/move.json" -Password $password -Force -SetContentAside -ErrorAction Stop } |
            Should -Throw -ErrorId 'PlatformHasApps,CloudBackup.Commands.RestorePlatformCommand' -ExpectedMessage '*-ReplacePlatform*'
        (Restore-Platform "$root/move.json" -Password $password -ReplacePlatform -Force).IsComplete | Should -BeTrue
        (Get-BackupApp).Location | Should -Be wiki.example.com
    }

    It 'keeps what is in a folder that it needs, and says where' {
        $null = New-Item -ItemType Directory -Path "$root/data"
        Set-Content -Path "$root/data/mine" -Value mine
        { Restore-Platform "$root/move.json" -Password $password -Force -ReplacePlatform -ErrorAction Stop } |
            Should -Throw -ErrorId 'FolderOccupied,CloudBackup.Commands.RestorePlatformCommand' -ExpectedMessage '*-SetContentAside*'
        $result = Restore-Platform "$root/move.json" -Password $password -SetContentAside -Confirm:$false -WarningVariable warnings -WarningAction SilentlyContinue
        $result.KeptFolders.Path | Should -Be "$root/data"
        Get-Content -Path "$($result.KeptFolders.KeptPath)/mine" | Should -Be mine
        "$warnings" | Should -BeLike "*$($result.KeptFolders.KeptPath)*"
        Get-Fingerprint "$root/data" | Should -Be $before
    }

    It 'leaves an app in Error whose command fails, and Restore-AppBackup finishes it' {
        $env:CLOUDBACKUP_HOME = "$root/home"
        Move-Item -Path "$root/lost" -Destination "$root/data"
        Set-BackupApp wiki.example.com -HealthCommand test, -e, "$root/dns"
        $null = New-PlatformBackup | Export-BackupSite -Path "$root/move.json" -Force
        Move-Item -Path "$root/data" -Destination "$root/lost"
        $env:CLOUDBACKUP_HOME = "$root/new-home"
        $result = Restore-Platform "$root/move.json" -Password $password -SkipDns -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Be 'RestoreUnfinished,CloudBackup.Commands.RestorePlatformCommand'
        $result.Apps.State | Should -Be Error
        $null = New-Item -Path "$root/dns"
        (Restore-AppBackup (Get-BackupApp).UnfinishedRestore -Force).State | Should -Be Installed
        Get-Fingerprint "$root/data" | Should -Be $before
    }
}
