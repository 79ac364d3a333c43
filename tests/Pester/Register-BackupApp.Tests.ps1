Describe 'Register-BackupApp' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestPlatform }

    It 'registers an app' {
        $app = Register-BackupApp Wiki.Example.com -Version 1.2.0 -DataDirectory "$root/data"
        $app | Should -BeOfType CloudBackup.BackupApp
        $app.Location | Should -Be wiki.example.com
        $app.Version | Should -Be 1.2.0
        $app.DataDirectory | Should -Be "$root/data"
        $app.State | Should -Be Installed
        $app.AutomaticBackup | Should -BeTrue
        (Get-BackupApp).Id | Should -Be $app.Id
    }

    It 'takes everything that an app can be told' {
        $app = Register-BackupApp -Location shop.example.com -Version 3.1 -DataDirectory "$root/data" -PackageName shop `
            -Exclude 'cache/', '*.log' -Addon (New-BackupAddon sqlite data/shop.db) -DisableAutomaticBackup `
            -InstallCommand apt, install, shop -StartCommand systemctl, start, shop -StopCommand systemctl, stop, shop `
            -HealthCommand curl, http://127.0.0.1/ -PreBackupCommand 'true' -PostBackupCommand 'true'
        $app.PackageName | Should -Be shop
        $app.Exclude | Should -Be 'cache/', '*.log'
        $app.Addons.Path | Should -Be data/shop.db
        $app.AutomaticBackup | Should -BeFalse
        $app.Commands.Stop | Should -Be 'systemctl', 'stop', 'shop'
        "$($app.Commands)" | Should -Be 'install, start, stop, health, pre-backup, post-backup'
    }

    It 'takes apps from the pipeline by property name' {
        $lines = "Location,Version,DataDirectory", "a.example.com,1,$root/data", "b.example.com,2,$root/shop"
        ($lines | ConvertFrom-Csv | Register-BackupApp).Location | Should -Be 'a.example.com', 'b.example.com'
        (Get-BackupApp).Version | Should -Be '1', '2'
    }

    It 'takes a data directory relative to where I am' {
        Push-Location $root
        try { (Register-BackupApp a -Version 1 -DataDirectory ./data).DataDirectory | Should -Be "$root/data" }
        finally { Pop-Location }
    }

    It 'changes nothing with -WhatIf' {
        Register-BackupApp a -Version 1 -DataDirectory "$root/data" -WhatIf | Should -BeNullOrEmpty
        Get-BackupApp | Should -BeNullOrEmpty
    }

    It 'refuses a location that is taken' {
        $null = Register-BackupApp a -Version 1 -DataDirectory "$root/data"
        { Register-BackupApp a -Version 2 -DataDirectory "$root/data" -ErrorAction Stop } |
            Should -Throw -ErrorId 'AppExists,CloudBackup.Commands.RegisterBackupAppCommand'
        (Get-BackupApp a).Version | Should -Be 1
    }

    It 'refuses a data directory that overlaps the one of another app, also by a link' {
        $null = Register-BackupApp a -Version 1 -DataDirectory "$root/data"
        $null = New-Item -ItemType SymbolicLink -Path "$root/link" -Target "$root/data"
        foreach ($folder in "$root/data", "$root/data/docs", "$root/link/docs", "$root") {
            { Register-BackupApp b -Version 1 -DataDirectory $folder -ErrorAction Stop } |
                Should -Throw -ErrorId 'DataDirectoryTaken,CloudBackup.Commands.RegisterBackupAppCommand'
        }
        (Get-BackupApp).Location | Should -Be a
    }

    It 'refuses a location with spaces, a data directory that does not exist, and an addon outside of the data' {
        { Register-BackupApp 'a b' -Version 1 -DataDirectory "$root/data" -ErrorAction Stop } |
            Should -Throw -ErrorId 'NameInvalid,CloudBackup.Commands.RegisterBackupAppCommand'
        { Register-BackupApp a -Version 1 -DataDirectory "$root/none" -ErrorAction Stop } |
            Should -Throw -ErrorId 'DataDirectoryUnusable,CloudBackup.Commands.RegisterBackupAppCommand'
        { Register-BackupApp a -Version 1 -DataDirectory "$root/data" -Addon (New-BackupAddon sqlite app.db) -ErrorAction Stop } |
            Should -Throw -ErrorId 'AddonPathInvalid,CloudBackup.Commands.RegisterBackupAppCommand'
        Get-BackupApp | Should -BeNullOrEmpty
    }
}
