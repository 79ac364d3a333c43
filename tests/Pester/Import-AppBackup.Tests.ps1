Describe 'Import-AppBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $password = ConvertTo-SecureString -AsPlainText 'correct horse'
        $before = Get-Fingerprint "$root/data"
        Set-BackupSite local -Password $password
        $backup = New-AppBackup wiki.example.com
        $null = $backup | Export-BackupSite -Path "$root/wiki.json"
        $env:CLOUDBACKUP_HOME = "$root/other-home"
    }

    It 'imports into a registered app, and keeps nothing of the other platform' {
        $null = New-Item -ItemType Directory -Path "$root/new"
        $null = Register-BackupApp wiki.example.com -Version 1.2.0 -DataDirectory "$root/new"
        $app = Import-AppBackup wiki.example.com -ConfigFile "$root/wiki.json" -Password $password -SkipSafetyBackup -Force
        $app | Should -BeOfType CloudBackup.BackupApp
        Get-Fingerprint "$root/new" | Should -Be $before
        Get-BackupSite | Should -BeNullOrEmpty
        Get-ChildItem "$root/other-home/secrets" | Should -BeNullOrEmpty
    }

    It 'brings an unregistered app up' {
        $app = Import-AppBackup -ConfigFile "$root/wiki.json" -Password $password -Register -DataDirectory "$root/new"
        $app.Location | Should -Be wiki.example.com
        $app.State | Should -Be Installed
        Get-Fingerprint "$root/new" | Should -Be $before
    }

    It 'takes a backup of this platform from the pipeline' {
        $env:CLOUDBACKUP_HOME = "$root/home"
        Unregister-BackupApp wiki.example.com -Confirm:$false
        $app = Get-AppBackup | Import-AppBackup -Register -DataDirectory "$root/new"
        $app.Id | Should -Be $backup.AppId
        Get-Fingerprint "$root/new" | Should -Be $before
    }

    It 'takes an archive and decrypts it on the way' {
        $null = New-Item -ItemType Directory -Path "$root/new"
        $null = Register-BackupApp wiki.example.com -Version 1.2.0 -DataDirectory "$root/new"
        $archive = Get-ChildItem "$root/site" -Recurse -Filter '*.tar.gz.enc'
        $null = Import-AppBackup wiki.example.com -Path $archive.FullName -Password $password -SkipSafetyBackup -Force
        Get-Fingerprint "$root/new" | Should -Be $before
    }

    It 'brings an app up from a folder of the format rsync alone' {
        $env:CLOUDBACKUP_HOME = "$root/home"
        Set-BackupSite local -Format rsync
        $backup = New-AppBackup wiki.example.com
        Move-Item "$root/site/$($backup.RemotePath)" "$root/downloaded"
        $env:CLOUDBACKUP_HOME = "$root/other-home"
        { Import-AppBackup -Path "$root/downloaded" -Register -DataDirectory "$root/new" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ImportPasswordNeeded,CloudBackup.Commands.ImportAppBackupCommand'
        Get-BackupApp | Should -BeNullOrEmpty
        $app = Import-AppBackup -Path "$root/downloaded" -Password $password -Register -DataDirectory "$root/new"
        $app.Id | Should -Be $backup.AppId
        "$root/new/docs/empty" | Should -Exist
        Get-Fingerprint "$root/new" | Should -Be $before
    }

    It 'brings an app up from an archive alone' {
        Copy-Item (Get-ChildItem "$root/site" -Recurse -Filter '*.tar.gz.enc').FullName "$root/downloaded"
        $app = Import-AppBackup -Path "$root/downloaded" -Password $password -Register -DataDirectory "$root/new"
        $app.Location | Should -Be wiki.example.com
        Get-Fingerprint "$root/new" | Should -Be $before
        { Import-AppBackup -Path "$root/new" -Register -DataDirectory "$root/newer" -ErrorAction Stop } |
            Should -Throw -ErrorId 'ImportConfigMissing,CloudBackup.Commands.ImportAppBackupCommand'
    }

    It 'refuses another version, a wrong password and a path that is not there' {
        $null = New-Item -ItemType Directory -Path "$root/new"
        $null = Register-BackupApp wiki.example.com -Version 2 -DataDirectory "$root/new"
        { Import-AppBackup wiki.example.com -ConfigFile "$root/wiki.json" -Password $password -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'ImportVersionDiffers,CloudBackup.Commands.ImportAppBackupCommand'
        { Import-AppBackup -ConfigFile "$root/wiki.json" -Password (ConvertTo-SecureString -AsPlainText x) -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'RestorePasswordWrong,CloudBackup.Commands.ImportAppBackupCommand'
        { Import-AppBackup -ConfigFile "$root/wiki.json" -RemotePath nothing -Password $password -Force -ErrorAction Stop } |
            Should -Throw -ErrorId 'ImportNotFound,CloudBackup.Commands.ImportAppBackupCommand'
        Get-ChildItem "$root/new" | Should -BeNullOrEmpty
    }

    It 'does nothing with -WhatIf' {
        Import-AppBackup -ConfigFile "$root/wiki.json" -Password $password -Register -DataDirectory "$root/new" -WhatIf | Should -BeNullOrEmpty
        "$root/new" | Should -Not -Exist
    }
}
