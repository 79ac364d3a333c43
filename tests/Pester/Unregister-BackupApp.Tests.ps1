Describe 'Unregister-BackupApp' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach { $root = New-TestApp }

    It 'forgets an app that is named' {
        Unregister-BackupApp wiki.example.com
        Get-BackupApp | Should -BeNullOrEmpty
    }

    It 'takes locations and apps from the pipeline' {
        $null = Register-BackupApp shop.example.com -Version 3 -DataDirectory "$root/shop"
        'shop.example.com' | Unregister-BackupApp
        Get-BackupApp | Unregister-BackupApp
        Get-BackupApp | Should -BeNullOrEmpty
    }

    It 'leaves the data and the backups, which can still be restored to a folder' {
        $backup = New-AppBackup wiki.example.com
        $before = Get-Fingerprint "$root/data"
        Unregister-BackupApp wiki.example.com
        Get-Fingerprint "$root/data" | Should -Be $before
        $null = Restore-AppBackup $backup.Id -Destination "$root/out"
        Get-Fingerprint "$root/out/data" | Should -Be $before
    }

    It 'changes nothing with -WhatIf, and names an app that does not exist' {
        Unregister-BackupApp wiki.example.com -WhatIf
        (Get-BackupApp).Location | Should -Be wiki.example.com
        { Unregister-BackupApp nobody -ErrorAction Stop } | Should -Throw -ErrorId 'AppNotFound,CloudBackup.Commands.UnregisterBackupAppCommand'
    }
}
