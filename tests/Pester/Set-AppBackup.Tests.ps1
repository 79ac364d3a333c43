Describe 'Set-AppBackup' {
    BeforeAll { . $PSScriptRoot/Support.ps1 }
    AfterAll { $env:CLOUDBACKUP_HOME = $homeBefore }
    BeforeEach {
        $root = New-TestApp
        $backup = New-AppBackup wiki.example.com -Label first
    }

    It 'labels and preserves a backup that is named' {
        Set-AppBackup $backup.Id -Label second -Preserve | Should -BeNullOrEmpty
        (Get-AppBackup).Label | Should -Be second
        (Get-AppBackup).PreserveUntil | Should -Be ([DateTimeOffset]::MaxValue)
    }

    It 'takes ids and backups from the pipeline, and writes them with -PassThru' {
        ($backup.Id | Set-AppBackup -Preserve -PassThru).Label | Should -Be first
        $changed = Get-AppBackup | Set-AppBackup -Preserve:$false -PassThru
        $changed | Should -BeOfType CloudBackup.AppBackup
        $changed.PreserveUntil | Should -BeNullOrEmpty
    }

    It 'takes the label away when it is empty' {
        (Set-AppBackup $backup.Id -Label '' -PassThru).Label | Should -BeNullOrEmpty
    }

    It 'is remembered by the storage when the catalog is lost' {
        Set-AppBackup $backup.Id -Label 'for good' -Preserve
        Remove-Item "$root/home" -Recurse
        $null = New-BackupSite local filesystem -Path "$root/site" -ExternalDisk
        (Sync-BackupCatalog).Label | Should -Be 'for good'
    }

    It 'changes nothing with -WhatIf, and names a backup that does not exist' {
        Set-AppBackup $backup.Id -Label x -WhatIf
        (Get-AppBackup).Label | Should -Be first
        { Set-AppBackup nothing -Label x -ErrorAction Stop } | Should -Throw -ErrorId 'BackupNotFound,CloudBackup.Commands.SetAppBackupCommand'
    }
}
