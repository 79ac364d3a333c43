Describe 'Set-BackupApp' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'changes what is given, and leaves the rest' {
        Set-BackupApp wiki.example.com -Version 1.3.0 | Should -BeNullOrEmpty
        (Get-BackupApp).Version | Should -Be 1.3.0
        (Get-BackupApp).PackageName | Should -Be wiki
    }

    It 'takes apps from the pipeline, and writes them with -PassThru' {
        $app = Get-BackupApp | Set-BackupApp -Exclude 'cache/' -Addon (New-BackupAddon sqlite data/a.db) -PassThru
        $app | Should -BeOfType CloudBackup.BackupApp
        $app.Exclude | Should -Be 'cache/'
        $app.Addons.Path | Should -Be data/a.db
    }

    It 'takes away what an empty list is given for' {
        Set-BackupApp wiki.example.com -Exclude a, b -StopCommand stop, it
        $app = Set-BackupApp wiki.example.com -Exclude @() -StopCommand @() -PassThru
        $app.Exclude | Should -BeNullOrEmpty
        $app.Commands.Stop | Should -BeNullOrEmpty
    }

    It 'renames an app, and its backups stay its own' {
        $backup = New-AppBackup wiki.example.com
        Set-BackupApp wiki.example.com -NewLocation docs.example.com
        (Get-BackupApp).Location | Should -Be docs.example.com
        (Get-AppBackup docs.example.com).Id | Should -Be $backup.Id
        (Get-BackupApp | Get-AppBackup -Newest).Id | Should -Be $backup.Id
        (Restore-AppBackup $backup.Id -Force).Location | Should -Be docs.example.com
    }

    It 'changes nothing with -WhatIf' {
        Set-BackupApp wiki.example.com -Version 9 -WhatIf
        (Get-BackupApp).Version | Should -Be 1.2.0
    }

    It 'refuses a location that another app has, and names an app that does not exist' {
        $null = Register-BackupApp shop.example.com -Version 3 -DataDirectory "$root/shop"
        { Set-BackupApp shop.example.com -NewLocation wiki.example.com -ErrorAction Stop } |
            Should -Throw -ErrorId 'AppExists,CloudBackup.Commands.SetBackupAppCommand'
        { Set-BackupApp nobody -Version 1 -ErrorAction Stop } | Should -Throw -ErrorId 'AppNotFound,CloudBackup.Commands.SetBackupAppCommand'
    }
}
